### The texts of GPU Keepalive, in English. CONTRIBUTING.md says how to add a language.
###
### A text that begins with a lower-case letter is the end of a sentence ("Paused: you paused it.") and is
### capitalised where it stands alone. No text of a state ends in a period unless it is more than one sentence.

## Numbers and sentences

decimal-mark = .
group-mark = ,
# A sentence made from a text without its period.
sentence = { $text }.
# A state and its cause in one line.
state-and-cause = { $state }: { $cause }
simulated = Simulated: { $text }

## The state of a GPU: short for a badge, long as a headline

state-starting = Starting
state-off = Off
    .headline = Switched off
state-asleep = Asleep
state-standby = Resting
    .headline = Resting. Full speed on the next request.
state-getting-ready = Getting ready
    .always = Getting ready (always on)
state-ready = Ready
    .always = Ready (always on)
state-busy = Busy
state-paused = Paused
state-fault = Not working

## The causes of a state
## $program is the name of a program, or one of the two texts for an unknown one

a-program = a program
another-program = another program
cause-nothing-uses-it = no AI program is using this GPU
cause-not-used-lately = your AI has not been used for { $time }
cause-suspended = this GPU is switched off to save power
cause-loaded = { $program } has a model loaded
cause-loaded-unknown = a program has the GPU open
cause-armed-wakes = The GPU wakes in { $wake_ms } ms when you ask
cause-still-up = the GPU has not slowed down yet
cause-held-by-server = { $program } keeps this GPU at full speed by itself
cause-held-by-server-at = { $program } keeps this GPU at full speed by itself, at { $power } W
cause-held-by-server-idle = It could rest at { $power } W and answer as fast
cause-raised-answers = { $program } was asked
cause-raised-works = { $program } has begun to work
cause-raised-unknown = a request has begun
cause-lingering-answers = { $program } has just answered
cause-lingering-works = { $program } has just finished
cause-lingering-unknown = a request has just ended
cause-until-unused = sleeps in { $time } unless your AI is used
cause-as-you-asked = for { $time }, as you asked
an-application = an application
cause-held-for = { $application } asked for it
cause-held-for-reason = { $application } asked for it ({ $reason })
cause-gaps = { $program } pauses between steps, and full speed is held meanwhile
cause-requests-not-sensed = full speed is held, because requests cannot be noticed early enough here
cause-too-many-programs = full speed is held, because { $count } programs are too many to watch
cause-wakes-too-slow = full speed is held, because waking took { $wake_ms } ms and your limit is { $limit_ms } ms
cause-wakes-failed = full speed is held, because waking did not work
cause-false-wakes = requests are not watched for { $time }, because too many were false alarms
cause-computing-answers = { $program } is answering
cause-computing-works = { $program } is using the GPU
cause-lease = { $program } asked for full speed while it works
cause-user = you paused it
cause-user-until = Resumes in { $time }
cause-user-endless = you paused it until you resume
limit-own = your limit of { $limit }
limit-of-card = this GPU's safe limit of { $limit }
cause-hot-above = { $now } is above { $limit }
cause-hot-reached = the GPU reached { $limit }
cause-hot-reached-now = the GPU reached { $limit } and is now at { $now }
cause-hot-slowed = the GPU slows itself down because of heat
cause-hot-slowed-now = the GPU slows itself down because of heat, at { $now }
cause-hot-until = Resumes at { $resume }
cause-hot-soon = Resumes in a few seconds
cause-no-temperature = the temperature of the GPU cannot be read
cause-on-battery = the computer is running on battery
    .until = Resumes when it is plugged in
cause-weak-adapter = the power adapter is too weak for this GPU
    .until = Resumes with a stronger one
cause-power-saver = the computer is set to save power
    .until = Resumes with another power profile
cause-vram-free = only { $mib } MiB of GPU memory is free
cause-vram = too little GPU memory is free
cause-vram-until = Resumes at { $mib } MiB
cause-budget-of = today's energy budget of { $budget } Wh is used up
cause-budget = today's energy budget is used up
    .until = Resumes tomorrow
cause-benchmark = a benchmark is running on this GPU
cannot-benchmark = A benchmark is not possible now: { $cause }.

## What holds the clocks up

hold-nothing = Nothing is held
hold-standby = Nothing is held; requests are watched for
hold-boost = A boost request to the driver
hold-power-mizer = The driver's performance mode
hold-context = An open connection to the GPU
hold-pulse = A tiny pulse of work every { $interval }

## The engine as a whole

mode-on-demand = On demand
    .explanation = Ready when you use your AI. Uses the least energy.
mode-while-loaded = While a model is loaded
    .explanation = Ready as long as an AI program has a model loaded.
mode-always = Always on
    .explanation = At full speed all the time. Uses the most energy.
engine-off = Off. Your GPU is left alone.
engine-paused = Paused. Resumes in { $time }.
engine-paused-endless = Paused until you resume
no-gpu-found = No GPU was found
no-gpu-chosen = The chosen GPUs do not exist
no-gpu-yet = Looking for GPUs
power-mains = Mains power
power-battery = On battery
power-weak-adapter = On a power adapter that is too weak

## Energy

saved-unknown = Not known yet
    .note = saved today by resting; it is known after the first answers on this GPU
saved-note = saved today by resting
saved-note-cost = saved today by resting, about { $cost }
saved-note-cost-below = saved today by resting, less than { $cost }

## What was tried to hold the clocks: details and the log

strategy-standby = Waking on request
strategy-boost = The driver's boost request
strategy-power-mizer = The driver's performance mode
strategy-context = An open CUDA context alone
strategy-pulse = Sending pulses
attempt-refused = { $strategy } is not possible here: { $error }.
attempt-holds = { $strategy } holds the clocks.
attempt-let-fall = { $strategy } let the clocks fall after { $after }. The next strategy is tried.
attempt-does-not-raise = { $strategy } does not raise the clocks. The next strategy is tried.
attempt-pulse-fell = The clocks fell { $after } after a pulse. One is now sent every { $next }.
attempt-boost-fell = The clocks fell before the boost was renewed. It is now renewed every { $next }.
attempt-raises-late = { $strategy } is not used to wake on request: { $reason }. The next strategy is tried.
attempt-standby-fails = Waking on request is not used: { $reason }.
attempt-pulses-do-not-raise = Pulses do not raise the clocks of this GPU. One is still sent every second.

hold-instead-too-many = { $count } processes use the GPU; requests are sensed in at most { $most }
hold-instead-slow = { $wakes } wakes in a row failed or took longer than { $limit_ms } ms, the last { $wake_ms } ms
hold-instead-not-seen-up = { $wakes } wakes in a row failed: the clocks were not up 250 ms after the call
hold-instead-refused = { $wakes } wakes in a row failed: the driver refused to raise the clocks
sensing-paused = Sensing is paused for 10 min: the clocks were raised for more than { $seconds } s within an hour without a request. A program that checks on the AI server too often may be the cause.

## Moments that the live chart marks

mark-a-program = A program
mark-request = { $process } began to use the GPU.
mark-wake = { $process } was asked. Full speed after { $ms } ms.
mark-wake-failed = { $process } was asked. The driver did not raise the clocks.
mark-false-wake = The GPU was woken for { $process }, which did not use it.
mark-missed-wake = { $process } was asked. This was noticed late.

## Servers that keep the clocks up by themselves

loud-how = “gpu-keepalive quiet” in a terminal shows how.
loud-driver = NVIDIA's driver { $needed } or later is needed to let { $servers ->
        [one] it
       *[other] them
    } rest; yours is { $version }.
loud-saves = Made quiet, this GPU would rest at { $idle } W instead of { $power } W: { $saved } a month.
loud-saves-nothing = Making { $servers ->
        [one] it
       *[other] them
    } quiet would save nothing on this GPU.
loud-idle-unknown = Made quiet, this GPU would draw less than its { $power } W between requests; how much less is known once it was seen at rest.
loud-unknown = Made quiet, this GPU would draw less between requests.

## Notifications

alert-too-hot = { $gpu } is too hot
alert-cooled-down = { $gpu } has cooled down
alert-fault = { $gpu } cannot be kept ready
alert-recovered = { $gpu } works again
alert-no-gpu = GPU Keepalive has no GPU
alert-found = { $gpu } was found

## Faults of the driver: the meaning as the end of a sentence, and the advice

fault-nvml-missing = the NVIDIA driver is not installed
    .advice = Install the NVIDIA driver.
fault-cuda-missing = the CUDA part of the NVIDIA driver is not installed
    .advice = Install the CUDA part of the NVIDIA driver (on Debian and Ubuntu the package libcuda1 or libnvidia-compute).
fault-driver-too-old = the NVIDIA driver is too old
    .advice = Update the NVIDIA driver to version 525 or later.
fault-version-mismatch = the NVIDIA driver was updated while it was running
    .advice = Restart the computer.
fault-driver-not-loaded = the NVIDIA driver is not running
    .advice = Restart the computer. If that does not help after a kernel update, reinstall the driver.
fault-no-gpu = there is no NVIDIA GPU
    .advice = Check that the NVIDIA GPU is fitted and enabled in the firmware settings.
fault-gpu-not-found = the driver does not know this GPU
    .advice = List the GPUs with “gpu-keepalive gpus”. If the settings name another one, correct “gpus” there.
fault-gpu-lost = the GPU has stopped answering
    .advice = If it does not come back by itself, restart the computer. An external GPU may need to be plugged in again.
fault-out-of-memory = other programs use all of the GPU memory
    .advice = Unload a model or close a program. It is tried again by itself when memory is free.
fault-exclusive-mode = the GPU is set to serve one program at a time
    .advice = Set it back with “nvidia-smi -c DEFAULT”, so that several programs may use it.
fault-no-permission = you may not use this GPU
    .advice = On Linux, join the groups video and render, then log in again.
fault-not-supported = this GPU or its driver cannot be kept ready
    .advice = Update the NVIDIA driver. If that does not help, this GPU cannot do it.
fault-context-lost = the connection to the GPU was lost
    .advice = It is set up again by itself. Nothing needs to be done.
fault-timed-out = the driver did not answer in time
    .advice = It is tried again by itself. If it happens often, restart the computer.
fault-process-ended = the process that talks to the driver has ended
    .advice = It is tried again by itself. If it happens often, restart the computer.
fault-panicked = GPU Keepalive has met a bug of its own
    .advice = It is tried again by itself. Please report it with the log.
fault-clocks-do-not-rise = nothing brings this GPU to full speed
    .advice = Look in Diagnostics for a power limit or locked clocks, and update the NVIDIA driver. It is tried again by itself.
fault-other = the driver reported an error
    .advice = It is tried again by itself. The details have the driver's own words.

## Faults that the place explains where the program runs

fault-wsl-no-driver = the NVIDIA driver of Windows is not there under WSL2
    .advice = Install the NVIDIA driver in Windows, not in Linux, then run “wsl --shutdown” in Windows.
fault-wsl = Windows does not let WSL2 use the GPU
    .advice = Update the NVIDIA driver in Windows, run “wsl --update”, then “wsl --shutdown”.
fault-nixos = the NVIDIA driver is not installed
    .advice = In configuration.nix, set hardware.graphics.enable to true and add "nvidia" to services.xserver.videoDrivers, then rebuild the system.
fault-container-no-gpu = this container was started without the GPU
    .advice = Start it with NVIDIA's container toolkit, as with “docker run --gpus all”. Where NVIDIA_DRIVER_CAPABILITIES is set, it needs compute and utility.
fault-container-no-cuda = this container was started without CUDA
    .advice = Start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility.
fault-container-mismatch = this container has the libraries of another NVIDIA driver than the computer
    .advice = Restart the container. If the driver was updated, restart the computer first.
fault-container = this container may not use the GPU
    .advice = Restart the container. If that does not help, start it with “docker run --gpus all”.
fault-other-architecture = the NVIDIA driver's library is for another kind of processor
    .advice = Install the 64-bit NVIDIA driver for this processor.
fault-not-readable = you may not read the NVIDIA driver's library
    .advice = Reinstall the NVIDIA driver, or make the file readable for everyone.
fault-not-loadable = the NVIDIA driver's library cannot be loaded
    .advice = Reinstall the NVIDIA driver. The details have the reason.
fault-kernel-alone = a part of the NVIDIA driver is not installed
    .advice = Install the package with libnvidia-ml: libnvidia-ml1 on Debian, libnvidia-compute on Ubuntu, nvidia-utils on Arch.
fault-no-device-files = the device files of the NVIDIA driver are missing
    .advice = Run “sudo nvidia-modprobe -u -c 0”, or restart the computer.
fault-windows-no-driver = the NVIDIA driver is not installed
    .advice = Install NVIDIA's own driver for Windows, from nvidia.com or in the NVIDIA app, then restart the computer.
fault-windows-no-cuda = the CUDA part of the NVIDIA driver is not installed
    .advice = Install the NVIDIA driver again, from nvidia.com or in the NVIDIA app.
fault-windows-not-running = the NVIDIA driver is not running
    .advice = Restart the computer. If that does not help, check in the Device Manager that the GPU is enabled and has no error, then install its driver again.

left-out = GPU { $index } is not used: { $why }. { $advice }
left-out-named = GPU { $index } ({ $name }) is not used: { $why }. { $advice }
left-out-no-uuid = the driver does not give its UUID
left-out-same-uuid = the driver gives it the UUID of another GPU
left-out-no-address = the driver does not give its PCI address
left-out-retried = It is tried again by itself.
driver-failed = { $meaning }. { $advice } The GPU is looked for again by itself.

## Settings

setting-mode = When to be ready
    .description = On demand, the GPU rests and wakes for a request. Where that is too slow, it stays ready for a while after the last one. The other choices keep it at full speed in between, which costs power.
setting-warm-window-minutes = How long to stay ready
    .description = The time after the last use of your AI. It matters where a request alone does not wake the GPU in time.
setting-ai-programs = AI programs
    .description = Your own programs whose use of the GPU counts as AI at work, besides Ollama, LM Studio, ComfyUI and the others that are known. Write the program's name, or name:argument when it must also have been started with that argument.
setting-gpus = GPUs
    .description = The GPUs that are kept ready.
setting-strategy = How to keep it ready
    .description = Automatic takes the cheapest way that works on this GPU.
setting-strategy-exclude = Ways not to use
    .description = Automatic leaves these out, even where they would work on this GPU.
setting-readiness-max-wake-ms = Longest wake
    .description = Raising the clocks for a request may take this long. Where it takes longer, they are held instead.
setting-readiness-linger-s = Full speed after a request
    .description = The clocks that were raised for a request are released this long after it.
setting-pulse-interval-ms = Time between pulses
    .description = How often the tiny piece of work is sent. With auto it is as rare as your GPU allows.
setting-pulse-matrix-size = Size of a pulse
    .description = The pulse works on a square of numbers with this many on a side. Larger does more work and uses more energy.
setting-thermal-enabled = Pause when hot
    .description = Lets the GPU cool down when it reaches the highest temperature.
setting-thermal-max-temperature = Highest temperature
    .description = A GPU this hot is left alone until it is 5 °C cooler.
setting-battery-pause = Pause on battery
    .description = Leaves the GPU alone on battery, and on a power adapter that is too weak.
setting-power-saver-pause = Pause while saving power
    .description = Leaves the GPU alone while the computer's power profile is “power saver” (Linux, with power-profiles-daemon or tuned).
setting-vram-reserve-mib = GPU memory kept free
    .description = Ways that need GPU memory are not used while less than this is free, so that your models always have it.
setting-energy-price-per-kwh = Price of electricity
    .description = What you pay for one kilowatt-hour. Costs are shown once it is set.
setting-energy-currency = Currency
    .description = The unit of that price, shown beside every cost.
setting-energy-daily-budget-wh = Energy per day
    .description = The GPU is left alone for the rest of the day once keeping it ready has used this much. There is no limit unless you set one.
setting-app-start-at-login = Start at login
    .description = Starts without a window when you log in. The icon is beside the clock.
setting-app-notifications = Notifications
    .description = Important ones report heat and faults, and when these are over.
setting-app-setup-completed = Setup finished
    .description = Whether the setup at first start was finished or closed. Switch it off to see it again.
settings-readiness = Staying ready
settings-strategy = How it is done
settings-protection = Protection
settings-energy = Energy
settings-app = This app
choice-auto = Automatic
choice-standby = Wake on request
choice-boost = Ask the driver for a boost
choice-power-mizer = Ask the driver for full performance
choice-context = Keep a connection to the GPU open
choice-pulse = Send a tiny piece of work now and then
unit-minutes = minutes
unit-per-kwh = per kWh
notifications-off = None
notifications-important = Important ones
notifications-all = Every change

## Findings of the doctor: a title with its advice; what was seen is the end of a sentence

finding-of-gpu = GPU { $index }, { $name }: { $evidence }
process = { $name } (process { $pid })
clock-of-most = { $now } of { $most } MHz
finding-settings-line = line { $line }: { $problem }
finding-settings-newer = The settings file is of a newer GPU Keepalive
    .advice = Update GPU Keepalive.
finding-settings-unusable = The settings file cannot be used
    .advice = Correct it; “gpu-keepalive settings path” prints where it is.
finding-settings-wrong = Some settings are wrong, and their defaults apply
    .advice = Correct these lines; “gpu-keepalive settings path” prints where the file is.
finding-settings-unknown = Unknown keys in the settings file
    .advice = Correct these lines; “gpu-keepalive settings path” prints where the file is.
finding-not-running = GPU Keepalive is not running, so no GPU is kept ready
    .advice = Open the GPU Keepalive app, or start “gpu-keepalive run”.
finding-not-running-seen = no answer on the control socket
finding-switched-off = GPU Keepalive is switched off
    .advice = Switch it on in the tray, or with “gpu-keepalive on”.
finding-switched-off-seen = the GPUs are left alone
finding-paused = This GPU is paused
    .advice = It resumes by itself when none of this applies any more. “gpu-keepalive resume” ends a pause of your own.
finding-no-tray-host = This desktop shows no tray icons
    .advice = On GNOME install the extension “AppIndicator and KStatusNotifierItem Support”; on other desktops add a system tray to the panel. Everything also works in the window and with “gpu-keepalive status”.
finding-no-tray-host-seen = no program on the session bus shows status notifier items
finding-login-entry-broken = GPU Keepalive does not start at login
    .advice = Switch “Start at login” off and on again in the tray or in the settings.
finding-login-entry-unknown = its entry does not start it
finding-login-entry-points-nowhere = its entry starts { $program }, which does not exist
finding-login-entry-absent = “app.start_at_login” is on, and there is no entry for it
finding-simulated = These GPUs are simulated
    .advice = Leave out “--simulate” to examine the real one.
finding-simulated-seen = the option --simulate or the variable GPU_KEEPALIVE_SIMULATE is set
finding-not-checked = Some things could not be checked
    .advice = Processes of other users and a GPU that is asleep cannot be examined.
finding-not-checked-environment = the environment of { $program } (process { $pid })
finding-not-checked-clocks = the clocks of { $gpu }, which is left alone
finding-not-checked-power = batteries and power profiles
finding-clock-tool-running = Another program that can set the clocks is running
    .advice = If the GPU stays slow, check that this program does not hold its clocks down.
finding-held-down-by-heat = The GPU is hot and slows itself down
    .advice = Let air reach the fans, clean them, and keep a laptop off soft ground. Keeping the GPU ready less often helps too.
finding-held-down-by-power-brake = The power supply makes the GPU slow down
    .advice = The machine's power supply signals that it is at its limit. Check its cables and its size.
finding-held-down-by-hardware = The GPU's hardware slows it down
    .advice = Its own protection against heat or too much power is at work. Check cooling, power cables and adapter.
finding-held-down-by-power-cap = The GPU is at its power limit
finding-power-cap-lowered = the limit is { $now } instead of { $usual }
finding-power-cap-raise = The power limit was lowered; “nvidia-smi -q -d POWER” shows it. Raise it again for full speed.
finding-power-cap-normal = This is normal under load: the GPU is as fast as its power limit allows.
finding-clocks-locked = Another tool has set the clocks of this GPU
    .advice = Undo it in that tool, or as administrator with “nvidia-smi -rgc” and “nvidia-smi -rac”.
finding-clocks-locked-lowered = the clock for applications is { $now } instead of { $usual }
finding-clocks-not-held = The GPU should be ready, but its clocks are down
    .advice = This is normal while it gets ready. If it stays so for a minute, set “strategy” to “pulse” in the settings.
finding-cuda-p2-cap = CUDA runs in P2 on this GPU, which is full speed
    .advice = Nothing needs to be done. GeForce drivers run CUDA in P2 instead of P0: only the memory clock is a little lower. A driver profile can lift that (on Linux CudaNoStablePerfLimit); GPU Keepalive never changes it.
finding-cuda-p2-cap-seen = P2 on a GeForce card
finding-gpu-ready = The GPU is ready
finding-gpu-at-rest = The GPU is idle
finding-gpu-at-rest-woken = Nothing needs to be done. Its clocks are raised as soon as a request arrives.
finding-gpu-at-rest-cold = The first request finds its clocks down. “gpu-keepalive warm” raises them beforehand.
finding-gpu-busy = A program is using the GPU, and its clocks are not all the way up
finding-gpu-busy-seen = busy { $share } of the time
finding-vram-nearly-full = The VRAM is nearly full
    .advice = Unload a model, or use a smaller one or a shorter context; “gpu-keepalive recommend” suggests some.
finding-vram-nearly-full-seen = { $free } MiB of { $total } MiB are free
finding-model-partly-on-cpu = A model may be running partly on the processor
    .advice = If answers are slow, use a smaller model, a smaller format or a shorter context, so that all layers fit; “gpu-keepalive recommend” suggests some. “ollama ps” shows the split.
finding-model-partly-on-cpu-seen = a program with { $vram } GiB of VRAM keeps the GPU busy for only { $share } of the time
finding-model-partly-on-cpu-slow = a program with { $vram } GiB of VRAM keeps the GPU busy for only { $share } of the time, in { $pstate } although it computes
finding-processes-not-told = The driver does not tell which programs use the GPU
    .advice = Demand is taken from the GPU's utilization, from 10 % on, and from AI programs that are seen to have the GPU open. In a container, start GPU Keepalive with the machine's processes, as with “docker run --pid=host”. Under WSL2, with MIG and with a part of a GPU (vGPU) more cannot be known.
finding-processes-no-list = the driver gives no list of processes
finding-processes-nothing = the driver names no process and tells no utilization
finding-processes-busy = the driver names no process, yet the GPU is busy { $share } of the time
finding-processes-busy-vram = the driver names no process, yet the GPU is busy { $share } of the time and { $vram } GiB of VRAM are in use
finding-pcie-link-reduced = The GPU's link to the computer is slower than it could be
    .advice = Loading models takes longer; answers hardly do. On a desktop, check that the GPU sits firmly in the fastest slot. Many laptops and second slots are built that way.
finding-pcie-link-reduced-seen = { $speed } GT/s on { $width } lanes; the GPU is capable of { $max_speed } GT/s on { $max_width }
finding-persistence-mode-off = The driver is set up anew for each program
    .advice = On a machine without a screen the first program waits for the driver each time. Switch it on: “sudo systemctl enable --now nvidia-persistenced”, or “sudo nvidia-smi -pm 1”.
finding-persistence-mode-off-seen = persistence mode is off, and neither a screen nor a battery was seen
finding-runtime-d3-off = The GPU never switches itself off
    .advice = It draws power even when unused. If the laptop supports it, NVIDIA's README for Linux describes how to switch it on, in the chapter on runtime D3.
finding-runtime-d3-off-seen = power/control is “{ $control }”
finding-runtime-d3-off-driver = power/control is “{ $control }”; the driver reports “{ $word }”
finding-gpu-kept-awake = Programs keep the GPU from switching itself off
    .advice = End those that you do not need, or start them on the processor's own graphics.
finding-gpu-kept-awake-seen = { $programs }; programs of other users cannot be seen
finding-runtime-d3-on = The GPU can switch itself off when no program uses it
finding-gpu-asleep = The GPU is switched off because no program uses it
    .advice = It was not woken for this. For a full diagnosis use the GPU, then ask again.
finding-nvidia-devices = the system lists { $count } NVIDIA { $count ->
        [one] GPU
       *[other] GPUs
    }
finding-no-gpu-and-no-driver = No NVIDIA GPU and no driver was found
    .advice = GPU Keepalive needs an NVIDIA GPU. If one is fitted, check that it is enabled in the firmware settings, then install its driver.
finding-gpu-left-out = A GPU is not used, because the driver does not describe it
    .advice = It is looked for again by itself. If it stays away, look at the driver's messages in the system log, and restart the computer.
finding-driver-works = The NVIDIA driver works
finding-driver-works-seen = { $gpu } with driver { $version }
finding-on-battery = The computer runs on battery, so the GPU is slower
finding-on-battery-seen = the system or the driver reports battery power
finding-on-battery-paused = Plug it in for full speed. GPU Keepalive is paused meanwhile, unless you switch “battery.pause” off.
finding-on-battery-costs = Plug it in for full speed. Keeping the GPU ready costs battery.
finding-undersized-adapter = The power adapter is too weak for this GPU
    .advice = Use the adapter that came with the computer, or one as strong.
finding-undersized-adapter-seen = the driver reports an undersized power source
finding-power-saving-profile = The computer is set to save power or to be quiet
    .advice = Choose “balanced” or “performance” in the desktop's power settings.
finding-profile-of-firmware = the firmware's profile is “{ $profile }”
finding-profile-of-desktop = the desktop's profile is “{ $profile }”
finding-nvidia-powerd-not-running = The GPU cannot borrow power from the processor
    .advice = Laptops with Dynamic Boost are faster with it: “sudo systemctl enable --now nvidia-powerd”. It ends by itself on laptops without.
finding-nvidia-powerd-not-running-seen = nvidia-powerd is installed and not running
finding-quiet-without-engine = Quiet AI servers run, and nothing wakes the GPU for them
finding-quiet-switched-off = GPU Keepalive is switched off
    .advice = Their first answers are slower than without GPU Keepalive. Switch it on in the tray, or with “gpu-keepalive on”, or start them without the variable: “gpu-keepalive quiet --remove UNIT” for a service of yours.
finding-quiet-not-running = GPU Keepalive is not running
    .advice = Their first answers are slower than without GPU Keepalive. Start the app, or “gpu-keepalive run”, or start them without the variable: “gpu-keepalive quiet --remove UNIT” for a service of yours.
finding-quiet-set-for = { $variable } is set for { $programs }
finding-perf-boost-disabled = CUDA programs are told not to raise the clocks
finding-perf-boost-disabled-seen = { $variable } is set in the environment of { $places }
finding-perf-boost-ourselves = GPU Keepalive itself
finding-perf-boost-woken = This lets the GPU rest between requests, and GPU Keepalive wakes it for each. Without GPU Keepalive their first answers are slower.
finding-perf-boost-remove = Some Linux distributions set { $variable } for everyone. Remove it from the environment of your AI programs and start them again. GPU Keepalive leaves it out when it holds the clocks.
finding-clocks-held-by-server = An AI server keeps this GPU at full speed between requests
finding-watts-between-requests = { $power } W between requests
finding-watts-at-rest = { $power } W at rest

## Diagnostics: what only Windows has, and the advice there

finding-power-mode-efficiency = the power mode is “Best power efficiency”
finding-energy-saver-on = the energy saver is on
finding-no-web-view = The window of GPU Keepalive cannot be shown
    .advice = Install Microsoft's WebView2 Runtime from https://developer.microsoft.com/microsoft-edge/webview2. The tray icon and “gpu-keepalive” work without it.
finding-no-web-view-seen = the WebView2 Runtime is not installed
finding-gpu-scheduling = Windows' setting for GPU scheduling
finding-gpu-scheduling-on = hardware-accelerated GPU scheduling is on
finding-gpu-scheduling-off = hardware-accelerated GPU scheduling is off
finding-driver-model = The kind of driver
finding-driver-model-seen = the driver model is { $model }
windows-power-saving-profile = In Windows' settings, under System and Power, set the power mode to “Balanced” or “Best performance”, and switch the energy saver off.
windows-clocks-not-held = This is normal while it gets ready. If it stays so for a minute, set “strategy” to “pulse” in the settings, or in the NVIDIA Control Panel, under “Manage 3D settings”, set the power management mode of gpu-keepalive.exe and gpu-keepalive-app.exe to “Prefer maximum performance”.
windows-cuda-p2-cap = Nothing needs to be done. GeForce drivers run CUDA in P2 instead of P0: only the memory clock is a little lower. A driver profile can lift that; GPU Keepalive never changes it.
windows-runtime-d3-on = Programs that need little can be moved to the processor's own graphics, so that this GPU stays off: in Windows' settings, under System, Display and Graphics, set them to “Power saving”.
windows-processes-not-told = Demand is taken from the GPU's utilization, from 10 % on, and from AI programs that run.
windows-perf-boost-disabled = Remove the variable from the environment of your AI programs and start them again: in Windows' settings, search for “environment variables”.
windows-no-permission = Restart the computer. If that does not help, install the NVIDIA driver again.

## Benchmark

benchmark-quick = A small task like that of a language model is run and timed after a rest, with the GPU left alone and with each way to keep it ready. This takes one to three minutes, { $minutes } at most.
workload-decode = writing an answer (decode)
workload-prefill = reading a prompt (prefill)
benchmark-alone = Left alone
benchmark-on-request = On request
benchmark-held-by = Held by { $means }
means-standby = waking on request
means-boost = a boost request
means-power-mizer = the driver's performance mode
means-context = an open connection
means-pulse = a pulse every 100 ms
benchmark-not-here = not here, because { $why }
benchmark-more-watts = { $power } W more at rest
benchmark-no-watts = power not reported
benchmark-nothing-held = nothing is held
benchmark-first-not-measured = first answer not measured
benchmark-first-at-full-speed = first answer at full speed
benchmark-first-later = first answer { $ms } ms later
why-not-measured = it was not measured
why-not-slow-wake = waking takes { $ms } ms, and the limit is { $limit } ms
why-not-slow-answer = the first answer comes { $ms } ms later, and the limit is { $limit } ms
why-not-excluded = the settings exclude it (strategy_exclude)
why-not-never-cold = the clocks of this GPU stayed up by themselves
why-not-offered = the driver does not offer it here
why-not-permitted = this user may not do it
why-not-refused = the driver refused it ({ $error })
why-not-accepted = the driver refused it
why-not-within-limit = it is slower than the limit
why-not-vram = too little VRAM is free beside your reserve
why-not-clocks-down = the clocks fell although they were held
why-not-clocks-up = the clocks did not fall while nothing was held
why-not-sensed = a request was not noticed
why-not-seen-up = the clocks were not up 250 ms after the wake

verdict-simulated = Simulated.
verdict-nothing-measured = No request was measured.
verdict-not-both-measured = No request was measured both cold and ready.
verdict-worth-it = After a rest of { $rest } s the first request is { $ratio } times as fast when this GPU is kept ready ({ $warm } ms instead of { $cold } ms).
verdict-stays-up = This GPU stays at full speed for { $hold } s after work by itself. For rests of up to { $rest } s it does not need to be kept ready.
verdict-not-needed = This GPU does not need to be kept ready: after a rest of { $rest } s the first request takes { $cold } ms, and { $warm } ms if it is.
verdict-nothing-works = No way that may be tried keeps the first answer within { $limit } ms of full speed.
verdict-power-not-reported = power that this GPU does not report
verdict-wake-it = Best here: wake it on request, for { $cost }; the first answer came within { $limit } ms of full speed.
verdict-holding-costs = Holding the clocks would cost { $power } W.
verdict-hold-it = Best here: hold it by { $means }, for { $cost }; the first answer came within { $limit } ms of full speed.
verdict-not-woken = It is not woken on request, because { $why }.
verdict-boost-disabled = This was measured with a program started with CUDA_DISABLE_PERF_BOOST=1. Any other program holds the clocks of this GPU by itself as long as it is loaded.
verdict-never-cold = Its clocks were not seen to fall while a program was loaded.
verdict-disturbed = Another program used this GPU meanwhile, so these numbers may be wrong. Measure again when no other program uses it.

## Benchmark under way

measuring-idle = waiting until the GPU is idle
measuring-boost-disabled = an open program holds the clocks, so one that may not is tried
measuring-fall = waiting up to { $seconds } s for the clocks to fall
measuring-cold = { $workload } after a rest of { $rest } s, cold
measuring-ready = { $workload } after a rest of { $rest } s, ready
measuring-means = { $means } after a rest of { $rest } s
measuring-round = round { $round } of { $rounds }: { $step }
measuring-slowdown = measuring a busy program with and without pulses beside it
held-by-nothing = nothing
seen-elsewhere = Measured on another { $gpu } ({ $date }, driver { $driver }): { $way }: { $detail }.
seen-alone = Left alone, the first answer came { $ms } ms later.
seen-watts = { $power } W at rest
seen-ratio = first answer { $ratio } times as long as at full speed
bench-post = Give it to others, so that owners of this card know before they measure: { $address }
bench-not-to-post = These are the numbers of a simulated GPU, not of a card: do not give them to others.
measure-too-hot = the GPU reached { $now }, and the limit is { $limit }; measure again when it has cooled

## Models

model-on-card = Takes { $percent } % of the free VRAM; up to { $longest } tokens of context fit.
model-on-card-whole = Takes { $percent } % of the free VRAM; its full context of { $longest } tokens fits.
model-ranking = Ranking: { $why }.
model-experts = The experts of { $layers } of { $of } layers stay in main memory ({ $ram } GiB of RAM); up to { $longest } tokens of context fit.
model-in-part = Does not fit: it needs { $lacking } GiB more. { $layers } of { $of } layers fit on the card; the CPU computes the others, which is much slower.
note-not-in-this-format = No recommended model is available in this format for this use.
note-context-too-long = No recommended model has a context of { $tokens } tokens; the longest is { $longest }, of { $model }.
note-nothing-fits = No model fits in { $free } GiB with a context of { $tokens } tokens. The smallest that is recommended, { $model } in { $format }, needs { $need } GiB of free VRAM.
note-shortest-context = With a context of { $tokens } tokens, { $model } in { $format } fits: it needs { $need } GiB.
note-error-bar = { $within } of { $measured } published measurements lie within the error bar and { $above } above it; { $whole_card } of those are readings of a whole card, including whatever else was running on it.
note-error-bar-all = { $within } of { $measured } published measurements lie within the error bar and { $above } above it; all of those are readings of a whole card, including whatever else was running on it.
note-assumed = Sizes assume flash attention, which llama.cpp and Ollama enable by default on these cards, and one conversation at a time. Multi-token prediction heads are counted only where Ollama's file includes them.
note-vision-left-out = Commands with --no-mmproj leave out the part that reads images, and its size is not counted.
note-speed-of-main-memory = With experts in main memory, the speed depends on that memory: the range covers two channels, from DDR4-3200 to DDR5-6400.
note-speed-of-embedding = Embedding models produce vectors, not text. The speed is that of one token after another; the tokens of a text are processed together, several times as fast.

## Pages

tabs = Pages
tab-overview = Overview
tab-models = Models
tab-settings = Settings
tab-diagnostics = Diagnostics
tab-setup = Setup
simulated-gpus = Simulated GPUs

### The window: setup, settings and models

# An amount of money that rounds to nothing.
amount-less-than = less than { $amount }
# The time under the pointer in a chart.
moment-now = now
moment-ago = { $time } ago
# An engine of another version answered with something else.
reply-without = the answer to { $request } has no { $name }
# Below a list to choose from, and where a GPU would be chosen.
no-gpu-was-found = No GPU was found.

setup-step = Setup, step { $step } of { $steps }
setup-leave = Leave the setup
# The engine did not save that the setup is done.
setup-again = { $refusal } The setup will be shown again at the next start.
setup-back = Back
setup-next = Next
setup-finish = Finish

setup-gpus = Your GPUs
setup-gpus-why = A GPU that has nothing to do slows down to save power, and the next question to your AI waits until it is fast again. GPU Keepalive keeps it ready while you use it, and lets it sleep otherwise.
setup-gpus-none = You can go on: GPU Keepalive notices a GPU as soon as there is one. Until then there is nothing to measure, so that step is left out.
setup-gpus-card = { $memory } of memory (VRAM), driver { $version }
setup-gpus-card-unknown = Memory not known, driver { $version }
setup-gpus-simulated = These GPUs are simulated.
setup-gpus-looking = Looking for GPUs …

setup-models = A model for your GPU
setup-models-why = A model is the AI itself. How large it may be depends on the memory of your GPU (VRAM). It writes in tokens, which are parts of words.
# Read out when a choice changed the suggestion.
setup-models-best = Best for this: { $model }
setup-models-none = No model fits.
setup-models-others = Other models that fit
setup-models-any = You have a model already? Go on: GPU Keepalive works with any. More of them are under Models at any time.

setup-offer-recommended = Recommended
setup-offer-takes = Takes { $size } of { $free } of GPU memory · { $placement } · { $speed }
setup-offer-installed = It is installed in Ollama already, so there is nothing to do.
setup-offer-how = How to get it
setup-offer-lm-studio = In LM Studio, search for { $model } and download the variant { $format }.
setup-offer-terminal = Or in a terminal
setup-offer-use = Use this one
    .name = Use this one: { $model }

setup-benchmark = What you gain on this GPU
setup-benchmark-why = Each way to keep the GPU ready is measured on yours: how soon it answers, and what it costs in power and memory. The cheapest one that answers in time is used.
setup-benchmark-simulated = These GPUs are simulated, and so are the numbers.

setup-when = When to be ready
setup-when-changes = All of this can be changed at any time. A GPU that gets too hot, or a computer that runs on battery, is left alone.

setup-icon = Where it lives from now on
setup-icon-shows = GPU Keepalive works in the background. Its icon shows the state of your GPU at a glance: click it to open this window.
setup-icon-hidden-windows = You do not see it? Click the arrow { $arrow } beside the clock. To keep the icon in sight, drag it from there onto the taskbar.
setup-icon-hidden = You do not see it? Some panels collect icons behind a small arrow beside the clock, and have a setting that always shows them.
# “Quit” is menu-quit.
setup-icon-quit = Closing this window changes nothing. To end GPU Keepalive, click the icon with the right mouse button and choose Quit.
# The desktop has no place for such icons.
setup-icon-none = Your desktop does not show icons of programs beside the clock. GPU Keepalive works all the same: start it again from the menu of your programs to see this window.
setup-icon-none-gnome = On GNOME, the extension “AppIndicator and KStatusNotifierItem Support” brings such icons back.
# The engine runs without the app.
setup-icon-service = GPU Keepalive was started without an icon, in a terminal or as a service. It goes on when this window is closed. Start it from the menu of your programs to see this window again.
setup-icon-picture-windows = Drawing of a taskbar at the bottom of the screen. The round green icon is behind the arrow beside the clock.
setup-icon-picture = Drawing of a panel at the top of the screen. The round green icon is near the clock.

settings-page-setup = Run the setup again
settings-page-problems = Your settings file needs attention
# In front of a problem's own sentence.
settings-page-line = Line { $line }: { $problem }
settings-page-rare = Advanced
settings-page-file = The settings are kept in { $path }. You may edit this file yourself; what you write there is kept.
settings-page-saved = Every change is saved at once.

# A setting without a value.
field-not-set = not set
field-on = on
field-off = off
# Instead of expected-bool, which are the words of the file.
field-on-or-off = on or off
field-entries = { $count ->
        [one] { $count } entry
       *[other] { $count } entries
    }
field-range = { $least } to { $most }
# The word that stands for a number in the file, and as a box to tick.
field-word = { $word }
# The title of a choice, instead of its word in the file.
field-choice = “{ $title }”
field-default = Default: { $value }
field-reset = Back to default
    .name = { $title }: back to default
field-list-empty = The list is empty
field-list = Entries of { $title }
field-remove = Remove { $entry }
field-add = Add
    .name = Add to { $title }
field-not-a-program = That is not the name of a program. Write it without its folder, such as ollama.
# An entry of the settings file.
field-gpu-absent = A GPU that is not there ({ $gpu })
# The last box was unticked. “Keep GPU ready” is menu-keep-ready.
field-gpu-last = One GPU has to stay. To leave all of them alone, switch off “Keep GPU ready”.

models-title = Models for your VRAM
models-calculating = Calculating …
models-own = Your own models: { $note }

models-query = What to look for
models-query-gpu = GPU
models-query-card = { $gpu }, { $memory }
models-query-by-hand = Another one, by its VRAM
models-query-vram = How much VRAM does the GPU have?
models-query-vram-unknown = This GPU does not report how much VRAM it has.
models-query-vram-where = Enter the number from its box, such as 8, 12 or 24.
models-query-use = What for
models-query-context = Context
    .meaning = How much text it keeps in mind at once.
models-query-cache = Memory for the context (KV cache)
models-query-one-format = One format only
models-query-format = Format of the weights
models-query-format-any = Any

# The use of a model; “ranking” stands in models-why and models-why-short.
models-use-chat = Chat
    .meaning = For conversations, writing and questions.
    .ranking = chat
models-use-code = Code
    .meaning = For programming.
    .ranking = code
models-use-vision = Vision
    .meaning = For questions about pictures.
    .ranking = vision
models-use-embedding = Embedding
    .meaning = For searching texts by their meaning. These models do not chat.
    .ranking = embedding
models-cache-f16 = Full size (f16)
models-cache-q8 = Half the size (q8_0)
models-cache-q4 = Smallest, less exact (q4_0)
# A count such as 8k.
models-tokens = { $count } tokens

# The groups of the list; “one” is about one model of the group.
models-aggressive = Aggressive
    .meaning = These take nearly all of the free VRAM.
    .one = Aggressive: takes nearly all of the free VRAM
models-optimal = Optimal
    .meaning = These use the VRAM well and leave room for a longer context.
    .one = Optimal: leaves room for a longer context
models-conservative = Conservative
    .meaning = These leave room for a much longer context, or for another program.
    .one = Conservative: leaves room for a much longer context, or for another program
models-main-memory = With main memory
    .meaning = These are larger than the VRAM. A part stays in the main memory of the computer, which is slower.
    .one = A part stays in main memory
models-in-part = Only in part
    .meaning = These do not fit. The processor computes the rest, much slower than the GPU.
    .one = Fits only in part
models-smaller = These fit with a smaller context
    .meaning = Choose a smaller context above to see what they take.
models-smaller-made-for = made for { $tokens } tokens at most
models-smaller-fits = { $tokens } tokens fit

models-memory = { $vram }; { $ram }.
models-vram = { $vram } of VRAM, { $free } of it free now
# No GPU was asked: an amount was typed.
models-vram-assumed = { $vram } of VRAM, { $free } of it assumed to be free
models-ram = { $ram } of main memory
models-ram-assumed = { $ram } of main memory assumed
# Read out when the list changed.
models-best = Take this one: { $model }.
models-why = Of all models that run here with a context of { $tokens } tokens, this one is first in our ranking for { $use }.
models-why-short = First in our ranking for { $use }, of all that run on this GPU.

models-placement-gpu = Entirely on the GPU
models-placement-experts = On the GPU, with { $ram } in main memory
models-placement-partial = { $share } on the GPU, the rest on the processor
models-speed = { $slow } to { $fast } tokens a second
models-speed-about = About { $speed } tokens a second

models-card-best = Take this one
models-card-installed = Installed in Ollama
models-card-not-commercial = Not for commercial use
models-card-larger = It is larger than the VRAM, so a part of it stays in main memory.
models-card-needs = Needs up to { $need } of VRAM. { $free } are free.
models-card-takes = VRAM it takes
models-card-would-take = VRAM it would take
models-card-context = Context (KV cache)
models-card-free = Free
models-card-runs = Runs
models-card-speed = Speed
models-card-longest = Longest context
models-card-licence = Licence
models-card-fetch-and-run = Fetch and run, details
models-card-others = Other programs, details
models-card-details = Details
# After one of these three, for users who do not see the card.
models-card-of = of { $model }
models-card-parameters = Parameters
models-card-billion = { $count } billion
# A model of experts.
models-card-billion-active = { $count } billion, of which { $active } billion are used for each token
models-card-released = Released
models-card-source = Source on Hugging Face

models-command = In a terminal, with { $program }:
    .name = { $model } with { $program }
models-command-copy = Copy
models-command-fetch = Fetch
    .name = Copy the command that fetches { $model } with { $program }
models-command-run = Run
    .name = Copy the command that runs { $model } with { $program }
models-command-ollama = If Ollama is running already, quit it first: it reads the context only when it starts.
    .cache = If Ollama is running already, quit it first: it reads the context and the KV cache only when it starts.

models-words = What the words mean
models-words-vram = VRAM
    .meaning = The memory of the graphics card. A model that fits into it entirely is fastest.
models-words-token = Token
    .meaning = A short word or a part of a longer one. Models read and write tokens.
models-words-context = Context
    .meaning = The text that a model keeps in mind at once: your questions, its answers, your files.
models-words-cache = KV cache
    .meaning = The memory for that text. It grows with the context. In a smaller size it takes less VRAM and is less exact.
models-words-weights = Model weights
    .meaning = The model itself, as it is downloaded.
models-words-format = Format
    .meaning = How far the weights are compressed, such as Q4_K_M. A higher number is more exact and takes more VRAM.
models-words-working-space = Working space
    .meaning = What the program that runs the model needs in addition.
models-words-experts = Experts
    .meaning = Some models consist of many parts, called experts, and use only a few of them for each token. Those can stay in main memory.
models-how = How this is calculated
    .meaning = Everything is for one GPU. A whole bar is the VRAM that is free; where a model does not fit, a line marks what is free. The bracket below a bar shows how far off the estimate may be. The speed is an estimate too: the lower number with a full context, the higher with an empty one.
models-checked = The catalogue was checked on { $day }.

## Notices and refusals of the engine

notice-unknown-gpu = The settings name GPU “{ $gpu }”, which does not exist. There is: { $known }.
notice-settings = Settings
measure-running = { $gpu } is being measured already; wait until that is done, or cancel it.
measure-asker-gone = The program that asked for the measurement is gone.
measure-failed = Nothing was measured: { $error }.
measure-nothing = Nothing was measured.
measure-cancelled = The measurement was cancelled.
measure-stopping = GPU Keepalive is stopping.
measure-stopped = GPU Keepalive was stopped meanwhile; measure again.
measure-slept = The computer went to sleep; measure again.

## What is wrong with a setting or its file; found and expected are parts of a sentence

any-of = { $first } or { $last }
expected-bool = true or false
expected-whole = a whole number from { $least } to { $most } { $unit }
expected-number = a number from { $least } to { $most } { $unit }
expected-text = a text of 1 to { $most } characters
expected-choices = a list of any of { $choices }
expected-texts = a list of texts
expected-gpus = a list of GPUs, each by its number or its UUID
expected-ai-programs = a list of program names without their folders, such as ["llama-server", "ollama:runner"]
expected-gpus-to-use = a list with at least one GPU, each by its number or its UUID, such as [0, "GPU-5e2c1a34"]; leave it out for all GPUs
expected-strategies = a list of any of "standby", "boost", "power_mizer", "context" and "pulse"; [] for none
found-section = a section
found-sections = a list of sections
found-entry = a list with the entry { $entry }
setting-cannot-be = { $key } cannot be { $found }; it has to be { $expected }
not-a-setting = “{ $key }” is not a setting
not-a-setting-but = “{ $key }” is not a setting; did you mean { $closest }?
not-a-program = “{ $entry }” is not a program; use its name without a folder, such as llama-server, or name:argument, such as ollama:runner
not-a-gpu = “{ $entry }” is not a GPU; use its number, from 0, or its UUID or the beginning of it, such as GPU-5e2c1a34
problem-in-line = { $file }, line { $line }: { $problem }
problem-wrong-value = { $key } is { $found }, but it has to be { $expected }. { $remains }
problem-default-is = Its default is used: { $default }.
problem-default = Its default is used.
problem-unset = It is left unset.
problem-nothing-raises = strategy is "standby", which raises the clocks with boost or power_mizer, but strategy_exclude has both. Its default is used: "auto".
problem-no-section = { $name } is { $found }, but it has to be a section, written [{ $name }]. Its settings keep their defaults.
problem-newer = The settings file is of version { $found }, made by a newer GPU Keepalive; this one knows version { $known }. What it understands is used, and the file is not changed.
problem-version = version is { $found }, but it has to be { $known }. The file is read as such.
problem-unknown = { $key } is not a setting, so it has no effect.
problem-unknown-but = { $key } is not a setting, so it has no effect. Did you mean { $closest }?
damage-the-file = The file
damage-settings-file = The settings file
damage-line = Line { $line } of the settings file
damage-not-toml = not written as it has to be: { $why }
damage-not-utf-8 = not text in UTF-8
damage-earlier = { $file } is { $what }. The settings of before stay in force, and the file is not changed until it is corrected.
damage-defaults = { $file } is { $what }. Every setting has its default, and the file is not changed until it is corrected.
damage-read-only = { $file } is { $what }. Correct it first; it was not changed.
read-folder = a folder
read-not-a-file = not a regular file
read-too-large = larger than { $mib } MiB
read-not-readable = not readable: { $error }

## The tray, its menu and its hints, and the window's title

tray-from-command-line = Started from the command line
menu-keep-ready = Keep GPU ready
menu-full-speed = Full speed for 15 minutes
menu-pause = Pause
menu-pause-15-minutes = For 15 minutes
menu-pause-1-hour = For 1 hour
menu-pause-endless = Until I resume
menu-resume = Resume
menu-mode = Mode
menu-holds = Programs that asked for full speed
menu-end-hold = End the request of { $program }
menu-end-hold-unnamed = End the request of a program
menu-open = Open
menu-setup = Setup…
menu-diagnostics = Diagnostics
menu-start-at-login = Start at login
menu-start-at-login-off = Start at login (off in your desktop’s settings)
menu-start-at-login-broken = Start at login (its entry does not work)
menu-quit = Quit
menu-close-window = Close window
menu-quit-app = Quit GPU Keepalive
notification-pause = Pause for 1 hour
notification-diagnostics = Show diagnostics
hint-still-running = GPU Keepalive keeps running
hint-still-running-body = Its icon is in the tray: click it to open the window again, or right-click it for the menu. “Quit” in that menu ends it.
hint-no-tray = GPU Keepalive is running without a tray icon
hint-no-tray-body = This desktop shows no tray icons; on GNOME the extension “AppIndicator and KStatusNotifierItem Support” adds them. Start GPU Keepalive again whenever you want its window; the menu there has “Quit”.
hint-refused = GPU Keepalive could not do that
window-title-simulated = GPU Keepalive (simulated)

### The window: overview and diagnostics

## The overview

overview-connecting = Connecting …
# Below the headline that there is no GPU; $diagnostics and $models are links to those pages.
overview-no-gpu = { $diagnostics } shows why. { $models } works without one, for any amount of VRAM.
# Where the engine is not the app's own.
overview-other-engine = GPU Keepalive was started in a terminal or as a service, not by this app. It goes on when this window is closed.
overview-benchmark = What keeping the GPU ready brings
# For screen readers, which read every change of it aloud.
announcer-label = State of the GPU
badge-with-pstate = { $state }, P-state { $pstate }
banner-lost = No connection to GPU Keepalive.
banner-lost-note = What you see is from before. The window connects again by itself.
controls-label = Switches
controls-full-speed-note = Before you use your AI, so that the first answer is quick.
# Above the buttons with the times.
controls-pause-for = Pause for
controls-pause-15-minutes = 15 minutes
controls-pause-1-hour = 1 hour
mode-choice-title = When to be ready
copy-done = Copied
copy-failed = Copying was not possible. Select the text instead.
fault-card-retry = Tried again in { $time }.
fault-card-words = In the driver’s words
notices-label = Notices
# The signs before a notice and a finding, for screen readers.
severity-ok = All right
severity-info = Information
severity-warning = Warning
severity-error = Error
today-label = Today
# Below their number.
today-avoided = { $count ->
        [one] slow start
       *[other] slow starts
    } avoided today

## What a GPU reports

reading-pstate = P-state
reading-clock = Clock (SM)
reading-sm-clock = SM clock
reading-temperature = Temperature
reading-power = Power
reading-load = Load
gpu-card-clock-of = { $now } of { $most }
gpu-card-vram-free = { $free } of { $total } free
gpu-card-details = Clocks, temperature, memory
# Before one of the texts of what holds the clocks up.
gpu-card-kept-by = Kept at full speed by
# Before their number.
gpu-card-pulses = Tiny pieces of work (pulses)
# Opens the list of what was tried to hold the clocks.
gpu-card-attempts = How this was found
vram-title = GPU memory (VRAM)
vram-others = Everything else
vram-free = Free
vram-ours-unknown = not known
vram-free-unknown = { $total }, how much is free is not known

## The programs that use a GPU or asked for one

users-title = Who uses it
# After the name of a program, where there are several GPUs.
users-on = on { $gpu }
users-keeps-awake = keeps it awake by itself
# After the name of a program.
users-asked = asked for full speed at { $time }
    .earlier = asked for full speed on { $day } at { $time }
# The button beside it, and its name for screen readers.
users-end = End
    .of = End the request of { $program }

## Energy

energy-title = Energy for keeping the GPU ready
energy-today = Used today beyond idle
energy-used = Used in the last { $days } days
energy-saved = Saved in the last { $days } days
energy-not-measured = Not measured yet
energy-not-measured-note = Measuring begins once the GPU was idle for a while. It needs a GPU that reports its power.
energy-refused = The days before are not available: { $why }
energy-chart-most = Most on one day: { $energy }
energy-chart-nothing = On none of these days was any energy used beyond idle.
energy-chart-table = Day by day
energy-chart-day = Day
energy-chart-used = Used
energy-chart-saved = Saved
energy-chart-not-measured = not measured

## The charts

charts-now = now
# Where the engine was not reached, at that moment.
charts-no-connection = No connection
    .now = now, no connection
charts-state = State
live-chart-title = Last 10 minutes
live-chart-request = Request
live-chart-pulse = Tiny piece of work
# A moment that is read off the chart, for screen readers.
live-chart-at-now = now, { $state }
live-chart-asleep = Nothing is read from the GPU while it sleeps: that would wake it.
live-chart-nothing = This GPU has reported neither its power nor its clock lately.
# $name is that of a reading.
live-chart-span = { $name }: { $least } to { $most }
live-chart-not-measured = { $name }: not measured
more-charts-title = More charts, minute by minute
# Above the column with the times.
more-charts-ago = Ago

## The benchmark in the window

measurement-start = Start measuring
measurement-again = Measure again
measurement-other = Another GPU is being measured.
measurement-above = This GPU is being measured. Its card above shows the progress.
measurements-done = Measured: the first answer after a pause, and the power drawn while nothing happens.
# In the setup, after the text that says how long it takes.
measurements-skip = You may skip it, and measure on the Overview at any time.
measurements-no-gpu = There is no GPU to measure.
progress-label = Measuring { $gpu }
progress-left = At most { $time } left
running-note = Leave the GPU to the measurement until it is done.
running-cancel = Cancel
ways-label = Each way to keep the GPU ready
ways-how = How
ways-first = First answer
ways-power = Power at rest
ways-memory = Memory
ways-detail = What it costs and brings
ways-best = best here
ways-not-here = Ways that are not used on this GPU
# After a number and ×.
bar-table-as-fast = as fast
picture-right-after = Right after work
picture-cold = After { $time }, cold
picture-ready = After { $time }, ready
picture-rest = Rest before
picture-time = Time
picture-compared = Compared with cold
picture-power = Power drawn
picture-power-asleep = Nothing loaded
picture-power-cold = Loaded, cold
picture-power-ready = Loaded, ready
picture-remark = Remark
picture-hold-time = Clocks stay up after work: { $time }
# $means is one of the texts of the means that hold the clocks.
picture-held-by-with = Held by { $means }, which takes { $memory } of VRAM
picture-all = Every number
picture-date = Measured on { $day }
    .simulated = Measured on { $day } on a simulated GPU
picture-driver = driver { $version }
picture-short = short measurement
picture-rounds = { $rounds } { $rounds ->
        [one] round
       *[other] rounds
    }

## Diagnostics

diagnostics-again = Look again
diagnostics-copy = Copy report
diagnostics-findings = What stands in the way
# Where the engine is an older one.
diagnostics-no-doctor = This version of GPU Keepalive does not look for causes by itself yet.
diagnostics-nothing = Nothing was found.
diagnostics-faults = What the driver says
diagnostics-computer = This computer
diagnostics-version = { $version }, running for { $time }
    .simulated = { $version }, on simulated GPUs, running for { $time }
# Mains or battery.
diagnostics-power = Power
diagnostics-vram-unknown = VRAM not known
diagnostics-driver = Driver { $version }, PCI { $bus }
    .capability = Driver { $version }, compute capability { $capability }, PCI { $bus }
diagnostics-slowdown = Slows itself down at { $temperature }
diagnostics-clocks = What holds its clocks, in the driver’s words: { $reasons }
diagnostics-no-gpu = None was found
diagnostics-log = Newest lines of the log
diagnostics-log-empty = The log is empty.
diagnostics-log-label = Lines of the log
