use proptest::{
    prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
    sample::select,
    strategy::Strategy,
};

use super::*;

fn private() -> Private {
    Private {
        home: Some("/home/al".to_owned()),
        user: Some("al".to_owned()),
        host: Some("box.lan".to_owned()),
        programs: vec!["bot".to_owned()],
    }
}

#[test]
fn only_what_is_private_is_replaced() {
    let cases = [
        (
            "in /home/al/.config/gpu-keepalive/settings.toml",
            "in ~/.config/gpu-keepalive/settings.toml",
        ),
        (
            "/home/al/.local/state/gpu-keepalive/energy.json",
            "~/.local/state/gpu-keepalive/energy.json",
        ),
        ("/home/al/.config/other/settings.toml", "[path]"),
        ("/home/al/work/gpu-keepalive/notes", "[path]"),
        ("/home/al, /home/al/", "~, [path]"),
        ("/home/alice/x", "[path]"),
        ("~/models/mine.gguf is there", "[path] is there"),
        ("~bob/models", "[path]"),
        ("al: all signal, al", "[user]: all signal, [user]"),
        ("AL and Al", "[user] and [user]"),
        (
            "box, xbox, box2, my-box, Box.lan",
            "[host], xbox, box2, my-[host], [host]",
        ),
        ("bot and robots", "[program] and robots"),
        ("in /srv/models/x.gguf, then", "in [path], then"),
        ("at /data/x.", "at [path]."),
        ("/data/x:12: wrong", "[path]:12: wrong"),
        (
            "PATH=/data/a:/mnt/b:/usr/bin",
            "PATH=[path]:[path]:/usr/bin",
        ),
        ("\"/data/x\"", "\"[path]\""),
        ("“/data/My Models/x” is", "“[path]” is"),
        (
            "open /mnt/My Photos/a b.gguf: denied",
            "open [path]: denied",
        ),
        ("/var/home/carol/x and carol", "[path] and [user]"),
        ("/root/x", "[path]"),
        ("/tmp/alice-x", "[path]"),
        ("/opt/acme/bin/x", "[path]"),
        ("/usr/share/ollama/.ollama/models/blobs/x", "[path]"),
        ("/usr/share/x/y.safetensors", "[path]"),
        ("/run/media/carol/disk", "[path]"),
        ("--model mine.gguf", "--model [path]"),
        ("--model models/mine.gguf", "--model [path]"),
        ("../secret/x ./y/z", "[path] [path]"),
        (
            "ran llama-server -m/mnt/x -m /data/m.gguf --host 10.1.2.3 --api-key s3cr3t --port 80",
            "ran llama-server [path] -m [path] --host [ip] --api-key [secret] --port 80",
        ),
        (
            "OPENAI_API_KEY=sk-proj-1 python /home/bob/run.py --password=hunter2",
            "OPENAI_API_KEY=[secret] python [path] --password=[secret]",
        ),
        ("file:///home/bob/x of bob", "[url] of [user]"),
        ("bob@10.1.2.3:/srv/x and al@box:~$", "[email] and [email]"),
        (r"\\?\C:\Users\x\y", "[path]"),
        ("$HOME/x and %USERPROFILE%\\x", "[path] and [path]"),
        (
            "/proc/driver/nvidia, /usr/bin/nvidia-smi, /dev/nvidia0, /sys/class",
            "/proc/driver/nvidia, /usr/bin/nvidia-smi, /dev/nvidia0, /sys/class",
        ),
        (r"at D:\work\x", "at [path]"),
        (r"C:/Users/dora/x for dora", "[path] for [user]"),
        (r"\\server\share\x", "[path]"),
        (
            r"C:\Windows\System32\nvml.dll",
            r"C:\Windows\System32\nvml.dll",
        ),
        (r"C:\Users\dora\AppData\x y\z.gguf, dora", "[path], [user]"),
        (
            "16 GT/s, and/or, 1 / 2, 3/4, n/a",
            "16 GT/s, and/or, 1 / 2, 3/4, n/a",
        ),
        (
            "see https://example.org/a?token=x for more",
            "see [url] for more",
        ),
        ("http://user:pw@10.0.0.1:11434/api", "[url]"),
        ("mail al.b@example.org, please", "mail [email], please"),
        ("git@box", "[email]"),
        ("on 192.168.0.17:11434 and 10.0.0.0/8", "on [ip] and [ip]"),
        ("[fe80::1%eth0]:80 or 2001:db8::1", "[ip] or [ip]"),
        ("00:1a:2b:3c:4d:5e", "[mac]"),
        (
            "driver 580.159.04 at 0000:01:00.0, 10:00:00",
            "driver 580.159.04 at 0000:01:00.0, 10:00:00",
        ),
        (
            "--api-key abc --port 8080",
            "--api-key [secret] --port 8080",
        ),
        ("--token=abc", "--token=[secret]"),
        ("HF_TOKEN=hunter2", "HF_TOKEN=[secret]"),
        (
            "Authorization: Bearer abc",
            "Authorization: [secret] [secret]",
        ),
        ("password: hunter2", "password: [secret]"),
        ("hf_AbCdEfGh12345678", "[secret]"),
        ("key eyJhbGciOiJIUzI1NiJ9", "key [secret]"),
        ("3f2a9c0b1d4e5f60718293a4b5c6d7e8", "[secret]"),
        ("8192 tokens: 35 tokens/s", "8192 tokens: 35 tokens/s"),
        ("--max-tokens 8192", "--max-tokens 8192"),
        ("GPU-0fa4e000-12 lost", "GPU-[uuid] lost"),
        ("MIG-0fa4e000-0000-4000-8000-000000000001", "MIG-[uuid]"),
        ("5e2c1a34-0000-4000-8000-000000000000", "[uuid]"),
        ("GPU-bound", "GPU-bound"),
        ("GPU 0", "GPU 0"),
        (
            "nvmlDeviceGetHandleByIndex_v2: NVML_ERROR_LIB_RM_VERSION_MISMATCH",
            "nvmlDeviceGetHandleByIndex_v2: NVML_ERROR_LIB_RM_VERSION_MISMATCH",
        ),
        (
            "2026-11-23T10:00:00.123456Z  WARN gpu_keepalive_engine::driver: x",
            "2026-11-23T10:00:00.123456Z  WARN gpu_keepalive_engine::driver: x",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(redact(text, &private()), expected, "{text}");
    }
}

#[test]
fn models_are_hidden_with_their_owner() {
    let cases = [
        (
            "llama-server -hf someone/private-model:Q4_K_M -c 4096",
            "llama-server -hf [path] -c 4096",
        ),
        (
            "-hf someone/novel:8b, -hft abc",
            "-hf [path]:8b, -hft [secret]",
        ),
        ("-hff novel --hf-repo=a/b", "-hff [model] --hf-repo=[path]"),
        (
            "ollama run hf.co/someone/private-model",
            "ollama run [path]",
        ),
        ("pulled hf.co/someone.", "pulled [path]."),
        (
            "vllm serve someone/novel --model mine --max-model-len 8192",
            "vllm serve [path] --model [model] --max-model-len 8192",
        ),
        ("--model /data/My Models/x.gguf -c 1", "--model [path] -c 1"),
        ("--model \"My Novel\" -c 1", "--model \"[model]\" -c 1"),
        ("--alias 'My Novel, 2nd", "--alias '[model]"),
        (
            "[\"--served-model-name\", \"novel\", \"--lora\", \"a\"]",
            "[\"--served-model-name\", \"[model]\", \"--lora\", \"[model]\"]",
        ),
        ("LLAMA_ARG_MODEL=novel x", "LLAMA_ARG_MODEL=[model] x"),
        ("models--someone--novel is cached", "[path] is cached"),
        ("--model  novel", "--model  [model]"),
        ("--model --verbose", "--model --verbose"),
    ];
    for (text, expected) in cases {
        assert_eq!(redact(text, &private()), expected, "{text}");
    }
    for harmless in [
        "RM detects a driver/library version mismatch",
        "Input/output error (os error 5)",
        "35 tokens/s at 16 GT/s, on/off, CPU/GPU",
        "warning model-partly-on-cpu: the model waits",
    ] {
        assert_eq!(redact(harmless, &private()), harmless);
    }
}

#[test]
fn without_secrets_a_text_stays_as_it_is() {
    let text = "P2, 1200 MHz of 2100 MHz";
    assert_eq!(redact(text, &Private::default()), text);
}

/// A word that nothing else contains.
fn secret() -> impl Strategy<Value = String> {
    "zq[a-z]{3,9}"
}

/// Something private with that word in it.
fn leak() -> impl Strategy<Value = (String, String)> {
    let folders = select(vec![
        "/home",
        "/Users",
        "/var/home",
        "/mnt",
        "/media/x",
        "/srv",
        "/data",
        "/opt",
        "/tmp",
        "/root",
        "/run/media/x",
        "/usr/share/ollama/.ollama/models",
        "~",
        "$HOME",
        r"C:\Users",
        r"D:\data",
        r"\\nas\share",
        "..",
        "/volume1",
    ]);
    let file = select(vec![
        "",
        "/x",
        "/x y.gguf",
        "/a/b/c.txt",
        "-model.gguf",
        "/.hidden",
        ".safetensors",
    ]);
    let path =
        (secret(), folders, file, any::<bool>()).prop_map(|(secret, folder, file, quoted)| {
            let windows = folder.contains('\\');
            let path = format!("{folder}/{secret}{file}");
            let path = if windows {
                path.replace('/', r"\")
            } else {
                path
            };
            (
                secret,
                if quoted {
                    format!("“{path}”")
                } else {
                    path
                },
            )
        });
    let form = select(vec![
        "@@@example.org",
        "someone@@@.example",
        "http://@@.example/x",
        "https://x/@@",
        "--token @@",
        "--api-key=@@",
        "HF_TOKEN=@@",
        "password: @@",
        "Authorization: Bearer @@",
        "hf_@@12345678",
        "sk-@@12345678901",
        "ssh://al@@@/x",
        "@@.gguf",
        "models/@@/x.bin",
        "--model @@.safetensors",
        "-hf @@/model",
        "-hf someone/@@:Q4_K_M",
        "ollama run hf.co/@@/model",
        "hf.co/@@",
        "models--@@--novel",
        "--model @@",
        "--alias 'a @@ b'",
        "MODEL=@@",
    ]);
    let other = (secret(), form).prop_map(|(secret, form)| {
        let text = form.replacen("@@", &secret, 1);
        (secret, text)
    });
    prop_oneof![path, other]
}

const HARMLESS: [&str; 8] = [
    "P2, 1200 MHz of 2100 MHz",
    "GPU 0 is at 54 °C",
    "16 GT/s on 8 lanes",
    "/proc/driver/nvidia/version says 580.159.04",
    "nvmlInit_v2: driver not loaded",
    "and/or 35 tokens/s",
    "0000:01:00.0 draws 31.2 W",
    "2026-11-23T10:00:00Z  WARN gpu_keepalive: cannot keep it",
];

proptest! {
    #[test]
    fn nothing_private_is_left_and_nothing_else_is_lost(
        parts in proptest::collection::vec((leak(), select(HARMLESS.to_vec())), 1..6),
        separator in select(vec!["\n", ", ", "; ", ": "]),
    ) {
        let lines: Vec<_> = parts.iter().map(|((_, leak), harmless)| format!("{harmless}{separator}{leak}")).collect();
        let text = redact(&lines.join("\n"), &private());
        for ((secret, leak), harmless) in &parts {
            prop_assert!(!text.contains(secret.as_str()), "{secret} of {leak} in {text}");
            prop_assert!(text.contains(harmless), "{harmless} in {text}");
        }
        prop_assert_eq!(&redact(&text, &private()), &text);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>(), home in prop_oneof![Just(None), any::<String>().prop_map(Some)]) {
        let private = Private { home, user: Some("al".to_owned()), ..Private::default() };
        let once = redact(&text, &private);
        prop_assert_eq!(once.lines().count(), text.lines().count());
    }
}
