//! The commands to the kernel's driver, read from the sources of the boost request.

use std::collections::BTreeSet;

use syn::visit::{Visit, visit_impl_item_fn, visit_item_const};

use super::{naming, sources};

const KERNEL: &str = "crates/engine/src/driver/rm/kernel.rs";

/// The numbers of the system calls and of the control commands.
#[derive(Default)]
struct Numbers {
    calls: BTreeSet<u64>,
    commands: BTreeSet<u64>,
    in_commands: bool,
}

impl<'a> Visit<'a> for Numbers {
    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        if matches!(&*item.ty, syn::Type::Path(name) if name.path.is_ident("Opcode")) {
            visit_item_const(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        if function.sig.ident == "command" {
            self.in_commands = true;
            visit_impl_item_fn(self, function);
            self.in_commands = false;
        }
    }

    fn visit_lit_int(&mut self, number: &'a syn::LitInt) {
        let numbers = if self.in_commands {
            &mut self.commands
        } else {
            &mut self.calls
        };
        numbers.insert(number.base10_parse().expect("a number"));
    }

    // Classes of objects and the like.
    fn visit_item_enum(&mut self, _: &'a syn::ItemEnum) {}
    fn visit_item_fn(&mut self, _: &'a syn::ItemFn) {}
}

#[test]
fn the_boost_request_knows_its_own_calls_and_commands_alone() {
    for source in sources(&["crates", "src-tauri"], ".rs") {
        let lines = naming(&source, &["rustix::ioctl", "libc::ioctl", "nix::ioctl"]);
        let is_kernel = source.path == KERNEL;
        assert_eq!(!lines.is_empty(), is_kernel, "{}: {lines:?}", source.path);
        if !is_kernel {
            continue;
        }
        let mut numbers = Numbers::default();
        numbers.visit_file(&syn::parse_file(&source.text).expect("Rust"));
        // Free, control, allocate, list the cards, register a file.
        assert_eq!(numbers.calls, [0x29, 0x2A, 0x2B, 200, 201].into());
        // The instance of a GPU's id, and the boost.
        assert_eq!(numbers.commands, [0x205, 0x2080_200A].into());
    }
}
