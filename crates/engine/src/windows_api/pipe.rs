//! The control pipe's access list, and its owner.

use std::{ffi::OsStr, io, os::windows::io::RawHandle};

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use windows::{
    Win32::{
        Foundation::{HANDLE, HLOCAL, LocalFree},
        Security::{
            Authorization::{
                ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW,
                GetSecurityInfo, SDDL_REVISION_1, SE_KERNEL_OBJECT,
            },
            OWNER_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES,
        },
    },
    core::{HSTRING, PWSTR},
};

/// Creates an instance of a pipe that the user of that identifier (`S-1-…`) alone may open.
pub(crate) fn create_for(
    user: &str,
    options: &ServerOptions,
    name: &OsStr,
) -> io::Result<NamedPipeServer> {
    // A protected list with one entry: everything is allowed to that user, who owns it. Without a
    // word on the owner, a pipe of an administrator would be the group's.
    let access = HSTRING::from(format!("O:{user}D:P(A;;GA;;;{user})"));
    let mut descriptor = PSECURITY_DESCRIPTOR::default();
    // SAFETY: the text ends with a zero, and the address is written to a variable of ours.
    unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            &access,
            SDDL_REVISION_1,
            &mut descriptor,
            None,
        )
    }?;
    let mut attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        ..SECURITY_ATTRIBUTES::default()
    };
    let attributes = (&raw mut attributes).cast();
    // SAFETY: the structure and what it points to live until the call returns.
    let created = unsafe { options.create_with_security_attributes_raw(name, attributes) };
    free(descriptor.0);
    created
}

/// The account that owns a pipe, as an identifier: only an administrator can make it another one than
/// that of the process which offers the pipe.
pub(crate) fn owner(pipe: RawHandle) -> io::Result<String> {
    let mut owner = PSID::default();
    let mut descriptor = PSECURITY_DESCRIPTOR::default();
    // SAFETY: both addresses are written to variables of ours; the handle is only read.
    let read = unsafe {
        GetSecurityInfo(
            HANDLE(pipe),
            SE_KERNEL_OBJECT,
            OWNER_SECURITY_INFORMATION,
            Some(&mut owner),
            None,
            None,
            None,
            Some(&mut descriptor),
        )
    };
    read.ok()?;
    let mut text = PWSTR::null();
    // SAFETY: the owner points into the descriptor, which is still there.
    let converted = unsafe { ConvertSidToStringSidW(owner, &mut text) };
    free(descriptor.0);
    converted?;
    // SAFETY: the conversion made a text that ends with a zero.
    let id = unsafe { text.to_string() };
    free(text.0.cast());
    id.map_err(io::Error::other)
}

/// Frees what a function of Windows allocated for its caller.
fn free(memory: *mut std::ffi::c_void) {
    // SAFETY: both functions above document that their result is freed so, and it is used no more.
    unsafe { LocalFree(Some(HLOCAL(memory))) };
}
