//! Programs that make or understand pictures, video, speech and sound.

use super::{
    Label::Own,
    Pattern::{Below, Command, In, Module, Named},
    Rule,
};
use crate::ai_processes::ProcessKind::{Service, Worker};

pub(super) static RULES: &[Rule] = &[
    // A script called main.py, known by its folder. SwarmUI, Stability Matrix, Krita's plug-in and
    // ComfyUI's own desktop program start the same script.
    Rule {
        label: Own("ComfyUI"),
        kind: Worker,
        is: &[In(&["main"], &["comfyui"])],
    },
    Rule {
        label: Own("Stable Diffusion Web UI"),
        kind: Worker,
        is: &[In(
            &["launch", "webui"],
            &[
                "stable-diffusion-webui",
                "stable-diffusion-webui-amdgpu",
                "stable-diffusion-webui-directml",
                "stable-diffusion-webui-ux",
            ],
        )],
    },
    // Forge's archive for Windows has it in a folder called webui.
    Rule {
        label: Own("Forge"),
        kind: Worker,
        is: &[In(
            &["launch", "webui"],
            &[
                "stable-diffusion-webui-forge",
                "stable-diffusion-webui-reforge",
                "stable-diffusion-webui-forge-classic",
                "sd-webui-forge",
                "sd-webui-forge-classic",
                "sd-webui-forge-neo",
                "forge",
                "forge-neo",
                "reforge",
                "webui",
            ],
        )],
    },
    Rule {
        label: Own("SD.Next"),
        kind: Worker,
        is: &[In(
            &["launch", "webui"],
            &["sdnext", "sd.next", "automatic"],
        )],
    },
    Rule {
        label: Own("Fooocus"),
        kind: Worker,
        is: &[In(
            &["launch", "entry_with_update", "webui"],
            &["fooocus", "ruinedfooocus", "fooocus-mre", "simplesdxl"],
        )],
    },
    Rule {
        label: Own("InvokeAI"),
        kind: Worker,
        is: &[
            Named(&["invokeai-web"]),
            Command(&["invokeai"], &["web"]),
            Module(&["invokeai.app.run_app"]),
        ],
    },
    Rule {
        label: Own("Easy Diffusion"),
        kind: Worker,
        is: &[
            In(&["check_modules"], &["scripts"]),
            In(&["main"], &["easy-diffusion"]),
        ],
    },
    Rule {
        label: Own("Wan2GP"),
        kind: Worker,
        is: &[In(&["wgp"], &["wan2gp"])],
    },
    Rule {
        label: Own("FramePack"),
        kind: Worker,
        is: &[In(
            &["demo_gradio", "demo_gradio_f1", "studio"],
            &["framepack", "framepack-studio", "webui"],
        )],
    },
    Rule {
        label: Own("stable-diffusion.cpp"),
        kind: Worker,
        is: &[Named(&["sd-cli", "sd-server"])],
    },
    Rule {
        label: Own("Draw Things"),
        kind: Worker,
        is: &[Named(&["grpcservercli"])],
    },
    // Programs that only start others, known so that these get their names.
    Rule {
        label: Own("ComfyUI"),
        kind: Service,
        is: &[Below(
            &["comfyui"],
            &["@comfyorgcomfyui-electron", "comfyui"],
        )],
    },
    // whisper.cpp, and Python's Whispers.
    Rule {
        label: Own("whisper.cpp"),
        kind: Worker,
        is: &[Named(&["whisper-server", "whisper-cli", "whisper-stream"])],
    },
    Rule {
        label: Own("Whisper"),
        kind: Worker,
        is: &[
            Named(&[
                "whisper",
                "whisperx",
                "whisper-ctranslate2",
                "insanely-fast-whisper",
            ]),
            Module(&[
                "whisper",
                "whisperx",
                "faster_whisper_server",
                "whisper_live",
                "whisperlivekit",
                "whisper_asr_webservice",
            ]),
            In(&["app.webservice"], &["whisper-asr-webservice"]),
            In(&["run_server"], &["whisperlive"]),
        ],
    },
    Rule {
        label: Own("Speaches"),
        kind: Worker,
        is: &[Module(&["speaches"])],
    },
    Rule {
        label: Own("Wyoming"),
        kind: Worker,
        is: &[
            Named(&["wyoming-faster-whisper", "wyoming-whisper"]),
            Module(&["wyoming_faster_whisper"]),
        ],
    },
    // Speech synthesis.
    Rule {
        label: Own("Kokoro"),
        kind: Worker,
        is: &[
            In(&["api.src.main"], &["kokoro-fastapi"]),
            Module(&["kokoro"]),
        ],
    },
    Rule {
        label: Own("XTTS"),
        kind: Worker,
        is: &[Module(&["xtts_api_server"]), Named(&["xtts-api-server"])],
    },
    Rule {
        label: Own("Coqui TTS"),
        kind: Worker,
        is: &[Named(&["tts-server"]), Module(&["tts.server.server"])],
    },
    Rule {
        label: Own("AllTalk"),
        kind: Worker,
        is: &[In(&["tts_server", "script"], &["alltalk_tts", "alltalk"])],
    },
    Rule {
        label: Own("GPT-SoVITS"),
        kind: Worker,
        is: &[In(
            &["api", "api_v2", "webui", "inference_webui"],
            &["gpt-sovits", "gpt_sovits"],
        )],
    },
    Rule {
        label: Own("Fish Speech"),
        kind: Worker,
        is: &[
            Module(&["fish_speech"]),
            In(&["tools.api_server", "tools.run_webui"], &["fish-speech"]),
        ],
    },
    Rule {
        label: Own("F5-TTS"),
        kind: Worker,
        is: &[Named(&[
            "f5-tts_infer-gradio",
            "f5-tts_infer-cli",
            "f5-tts_socket_server",
        ])],
    },
    Rule {
        label: Own("Chatterbox"),
        kind: Worker,
        is: &[In(&["server"], &["chatterbox-tts-server"])],
    },
    Rule {
        label: Own("OpenedAI Speech"),
        kind: Worker,
        is: &[In(&["speech"], &["openedai-speech"])],
    },
    Rule {
        label: Own("RVC"),
        kind: Worker,
        is: &[
            In(
                &["infer-web", "gui_v1"],
                &["rvc", "retrieval-based-voice-conversion-webui"],
            ),
            In(&["app"], &["applio"]),
        ],
    },
    // Finds faces and subjects in the user's photos.
    Rule {
        label: Own("Immich"),
        kind: Worker,
        is: &[Module(&["immich_ml"])],
    },
];
