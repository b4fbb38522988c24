### The texts of GPU Keepalive, in German. Every key and every variable is that of en.ftl.
###
### Where the reader is addressed it is with "du". After a colon a whole sentence begins with a capital letter.

## Numbers and sentences

decimal-mark = ,
sentence = { $text }.
state-and-cause = { $state }: { $cause }
simulated = Simuliert: { $text }

## The state of a GPU

state-starting = Startet
state-off = Aus
    .headline = Ausgeschaltet
state-asleep = Schläft
state-standby = Ruht
    .headline = Ruht. Volle Leistung bei der nächsten Anfrage.
state-getting-ready = Macht sich bereit
    .always = Macht sich bereit (immer an)
state-ready = Bereit
    .always = Bereit (immer an)
state-busy = Arbeitet
state-paused = Pausiert
state-fault = Störung

## The causes of a state

a-program = Ein Programm
another-program = Ein anderes Programm
cause-nothing-uses-it = Kein KI-Programm benutzt diese GPU
cause-not-used-lately = Deine KI wurde seit { $time } nicht benutzt
cause-suspended = Diese GPU ist ausgeschaltet, um Strom zu sparen
cause-loaded = { $program } hat ein Modell geladen
cause-loaded-unknown = Ein Programm hat die GPU geöffnet
cause-armed-wakes = Bei einer Anfrage ist die GPU in { $wake_ms } ms wach
cause-held-by-server = { $program } hält diese GPU von sich aus auf voller Leistung
cause-held-by-server-at = { $program } hält diese GPU von sich aus auf voller Leistung, bei { $power } W
cause-held-by-server-idle = Sie könnte bei { $power } W ruhen und genauso schnell antworten
cause-raised-answers = { $program } hat eine Anfrage bekommen
cause-raised-works = { $program } beginnt zu arbeiten
cause-raised-unknown = Eine Anfrage hat begonnen
cause-lingering-answers = { $program } hat gerade geantwortet
cause-lingering-works = { $program } ist gerade fertig geworden
cause-lingering-unknown = Eine Anfrage ist gerade zu Ende
cause-until-unused = schläft in { $time } ein, wenn deine KI nicht benutzt wird
cause-as-you-asked = für { $time }, wie gewünscht
an-application = Eine Anwendung
cause-held-for = { $application } hat darum gebeten
cause-held-for-reason = { $application } hat darum gebeten ({ $reason })
cause-gaps = { $program } pausiert zwischen den Schritten; die volle Leistung wird solange gehalten
cause-requests-not-sensed = Die volle Leistung wird gehalten, weil Anfragen hier nicht früh genug zu bemerken sind
cause-too-many-programs = Die volle Leistung wird gehalten, weil { $count } Programme zu viele sind, um auf ihre Anfragen zu achten
cause-wakes-too-slow = Die volle Leistung wird gehalten, weil das Aufwachen { $wake_ms } ms gedauert hat und deine Grenze { $limit_ms } ms ist
cause-wakes-failed = Die volle Leistung wird gehalten, weil das Aufwachen nicht gelungen ist
cause-false-wakes = Auf Anfragen wird { $time } lang nicht geachtet, weil es zu viele Fehlalarme gab
cause-computing-answers = { $program } antwortet
cause-computing-works = { $program } benutzt die GPU
cause-lease = { $program } hat für seine Arbeit volle Leistung angefordert
cause-user = von dir angehalten
cause-user-until = Geht in { $time } weiter
cause-user-endless = von dir angehalten, bis du fortsetzt
limit-own = deine Grenze von { $limit }
limit-of-card = die für diese GPU sichere Grenze von { $limit }
cause-hot-above = Mit { $now } überschreitet die GPU { $limit }
cause-hot-reached = Die GPU hat { $limit } erreicht
cause-hot-reached-now = Die GPU hat { $limit } erreicht und ist jetzt bei { $now }
cause-hot-slowed = Die GPU drosselt sich wegen Hitze selbst
cause-hot-slowed-now = Die GPU drosselt sich wegen Hitze selbst, bei { $now }
cause-hot-until = Geht bei { $resume } weiter
cause-hot-soon = Geht in ein paar Sekunden weiter
cause-no-temperature = Die Temperatur der GPU lässt sich nicht ablesen
cause-on-battery = Der Computer läuft im Akkubetrieb
    .until = Geht weiter, sobald das Netzteil eingesteckt ist
cause-weak-adapter = Das Netzteil ist zu schwach für diese GPU
    .until = Geht mit einem stärkeren Netzteil weiter
cause-vram-free = Nur { $mib } MiB Grafikspeicher sind frei
cause-vram = Es ist zu wenig Grafikspeicher frei
cause-vram-until = Geht ab { $mib } MiB weiter
cause-budget-of = Das heutige Energiebudget von { $budget } Wh ist aufgebraucht
cause-budget = Das heutige Energiebudget ist aufgebraucht
    .until = Geht morgen weiter
cause-benchmark = Auf dieser GPU läuft ein Benchmark
cannot-benchmark = Ein Benchmark ist gerade nicht möglich: { $cause }.

## What holds the clocks up

hold-nothing = Nichts wird gehalten
hold-standby = Nichts wird gehalten; auf Anfragen wird geachtet
hold-boost = Eine Boost-Anforderung an den Treiber
hold-power-mizer = Der Leistungsmodus des Treibers
hold-context = Eine offene Verbindung zur GPU
hold-pulse = Ein winziger Arbeitsimpuls alle { $interval }

## The engine as a whole

mode-on-demand = Bei Bedarf
    .explanation = Bereit, wenn du deine KI benutzt. Braucht am wenigsten Energie.
mode-while-loaded = Solange ein Modell geladen ist
    .explanation = Bereit, solange ein KI-Programm ein Modell geladen hat.
mode-always = Immer an
    .explanation = Die ganze Zeit volle Leistung. Braucht am meisten Energie.
engine-off = Aus. Deine GPU wird in Ruhe gelassen.
engine-paused = Pausiert. Geht in { $time } weiter.
engine-paused-endless = Pausiert, bis du fortsetzt
no-gpu-found = Keine GPU gefunden
no-gpu-chosen = Die gewählten GPUs gibt es nicht
no-gpu-yet = GPUs werden gesucht
power-mains = Netzbetrieb
power-battery = Akkubetrieb
power-weak-adapter = Netzteil zu schwach

## Energy

saved-unknown = Noch nicht bekannt
    .note = heute durch Ruhen gespart; bekannt nach den ersten Antworten auf dieser GPU
saved-note = heute durch Ruhen gespart
saved-note-cost = heute durch Ruhen gespart, etwa { $cost }

## What was tried to hold the clocks

strategy-standby = Aufwachen bei Anfragen
strategy-boost = Die Boost-Anforderung an den Treiber
strategy-power-mizer = Der Leistungsmodus des Treibers
strategy-context = Ein offener CUDA-Kontext allein
strategy-pulse = Das Senden von Impulsen
attempt-refused = { $strategy } ist hier nicht möglich: { $error }.
attempt-holds = { $strategy } hält den Takt.
attempt-let-fall = { $strategy } ließ den Takt nach { $after } fallen. Die nächste Strategie wird versucht.
attempt-does-not-raise = { $strategy } hebt den Takt nicht an. Die nächste Strategie wird versucht.
attempt-pulse-fell = Der Takt fiel { $after } nach einem Impuls. Jetzt wird alle { $next } einer gesendet.
attempt-boost-fell = Der Takt fiel, bevor der Boost erneuert wurde. Jetzt wird er alle { $next } erneuert.
attempt-raises-late = { $strategy } dient hier nicht zum Aufwachen bei Anfragen: { $reason }. Die nächste Strategie wird versucht.
attempt-standby-fails = Aufwachen bei Anfragen wird nicht verwendet: { $reason }.
attempt-pulses-do-not-raise = Impulse heben den Takt dieser GPU nicht an. Weiterhin wird jede Sekunde einer gesendet.

hold-instead-too-many = { $count } Prozesse benutzen die GPU; Anfragen werden bei höchstens { $most } erkannt
hold-instead-slow = { $wakes } Weckvorgänge hintereinander schlugen fehl oder dauerten länger als { $limit_ms } ms, der letzte { $wake_ms } ms
hold-instead-not-seen-up = { $wakes } Weckvorgänge hintereinander schlugen fehl: 250 ms nach dem Aufruf war der Takt nicht oben
hold-instead-refused = { $wakes } Weckvorgänge hintereinander schlugen fehl: Der Treiber hat den Takt nicht angehoben
sensing-paused = Anfragen werden 10 min lang nicht erkannt: Der Takt war innerhalb einer Stunde mehr als { $seconds } s ohne Anfrage angehoben. Vielleicht fragt ein Programm den KI-Server zu oft nach seinem Zustand.

## Moments that the live chart marks

mark-a-program = Ein Programm
mark-request = { $process } beginnt, die GPU zu benutzen.
mark-wake = { $process } hat eine Anfrage bekommen. Volle Leistung nach { $ms } ms.
mark-wake-failed = { $process } hat eine Anfrage bekommen. Der Treiber hat den Takt nicht angehoben.
mark-false-wake = Die GPU wurde für { $process } geweckt und dann nicht benutzt.
mark-missed-wake = { $process } hat eine Anfrage bekommen. Das wurde spät bemerkt.

## Servers that keep the clocks up by themselves

loud-how = „gpu-keepalive quiet“ im Terminal zeigt, wie es geht.
loud-driver = Damit { $servers ->
        [one] er ruhen kann
       *[other] sie ruhen können
    }, ist der NVIDIA-Treiber { $needed } oder neuer nötig; installiert ist { $version }.
loud-saves = Ruhig gestellt, bräuchte diese GPU zwischen den Anfragen { $idle } W statt { $power } W: { $saved } im Monat.
loud-saves-nothing = { $servers ->
        [one] Ihn
       *[other] Sie
    } ruhig zu stellen würde auf dieser GPU nichts sparen.
loud-idle-unknown = Ruhig gestellt, bräuchte diese GPU zwischen den Anfragen weniger als ihre { $power } W; wie viel weniger, zeigt sich, sobald sie einmal geruht hat.
loud-unknown = Ruhig gestellt, bräuchte diese GPU zwischen den Anfragen weniger.

## Notifications

alert-too-hot = { $gpu } ist zu heiß
alert-cooled-down = { $gpu } ist abgekühlt
alert-fault = { $gpu } lässt sich nicht bereithalten
alert-recovered = { $gpu } funktioniert wieder
alert-no-gpu = GPU Keepalive hat keine GPU
alert-found = { $gpu } wurde gefunden

## Faults of the driver

fault-nvml-missing = Der NVIDIA-Treiber ist nicht installiert
    .advice = Installiere den NVIDIA-Treiber.
fault-cuda-missing = Der CUDA-Teil des NVIDIA-Treibers ist nicht installiert
    .advice = Installiere den CUDA-Teil des NVIDIA-Treibers (unter Debian und Ubuntu das Paket libcuda1 oder libnvidia-compute).
fault-driver-too-old = Der NVIDIA-Treiber ist zu alt
    .advice = Aktualisiere den NVIDIA-Treiber auf Version 525 oder neuer.
fault-version-mismatch = Der NVIDIA-Treiber wurde im laufenden Betrieb aktualisiert
    .advice = Starte den Computer neu.
fault-driver-not-loaded = Der NVIDIA-Treiber läuft nicht
    .advice = Starte den Computer neu. Wenn das nach einem Kernel-Update nicht hilft, installiere den Treiber neu.
fault-no-gpu = Es gibt keine NVIDIA-GPU
    .advice = Prüfe, ob die NVIDIA-GPU eingebaut und in den Firmware-Einstellungen eingeschaltet ist.
fault-gpu-not-found = Der Treiber kennt diese GPU nicht
    .advice = „gpu-keepalive gpus“ listet die GPUs auf. Wenn in den Einstellungen eine andere steht, berichtige dort „gpus“.
fault-gpu-lost = Die GPU antwortet nicht mehr
    .advice = Wenn sie nicht von selbst wiederkommt, starte den Computer neu. Eine externe GPU muss vielleicht neu angesteckt werden.
fault-out-of-memory = Andere Programme belegen den ganzen Grafikspeicher
    .advice = Entlade ein Modell oder schließe ein Programm. Sobald Speicher frei ist, wird es von selbst erneut versucht.
fault-exclusive-mode = Die GPU ist so eingestellt, dass nur ein Programm sie benutzen darf
    .advice = Stelle sie mit „nvidia-smi -c DEFAULT“ zurück, damit mehrere Programme sie benutzen dürfen.
fault-no-permission = Du darfst diese GPU nicht benutzen
    .advice = Tritt unter Linux den Gruppen video und render bei und melde dich neu an.
fault-not-supported = Diese GPU lässt sich mit ihrem Treiber nicht bereithalten
    .advice = Aktualisiere den NVIDIA-Treiber. Wenn das nicht hilft, kann diese GPU es nicht.
fault-context-lost = Die Verbindung zur GPU ist verloren gegangen
    .advice = Sie wird von selbst neu aufgebaut. Es ist nichts zu tun.
fault-timed-out = Der Treiber hat nicht rechtzeitig geantwortet
    .advice = Es wird von selbst erneut versucht. Wenn es oft vorkommt, starte den Computer neu.
fault-process-ended = Der Prozess, der mit dem Treiber spricht, ist beendet
    .advice = Es wird von selbst erneut versucht. Wenn es oft vorkommt, starte den Computer neu.
fault-panicked = In GPU Keepalive ist ein Programmfehler aufgetreten
    .advice = Es wird von selbst erneut versucht. Bitte melde den Fehler zusammen mit dem Protokoll.
fault-clocks-do-not-rise = Nichts bringt diese GPU auf volle Leistung
    .advice = Sieh in der Diagnose nach einem Leistungslimit oder festgesetzten Takten und aktualisiere den NVIDIA-Treiber. Es wird von selbst erneut versucht.
fault-other = Der Treiber hat einen Fehler gemeldet
    .advice = Es wird von selbst erneut versucht. Die Meldung des Treibers steht in den Details.

## Faults that the place explains where the program runs

fault-wsl-no-driver = Der NVIDIA-Treiber von Windows fehlt unter WSL2
    .advice = Installiere den NVIDIA-Treiber in Windows, nicht in Linux, und führe dann in Windows „wsl --shutdown“ aus.
fault-wsl = Windows lässt WSL2 die GPU nicht benutzen
    .advice = Aktualisiere den NVIDIA-Treiber in Windows, führe „wsl --update“ und danach „wsl --shutdown“ aus.
fault-nixos = Der NVIDIA-Treiber ist nicht installiert
    .advice = Setze in configuration.nix hardware.graphics.enable auf true, ergänze "nvidia" in services.xserver.videoDrivers und baue das System neu.
fault-container-no-gpu = Dieser Container wurde ohne GPU gestartet
    .advice = Starte ihn mit dem Container-Toolkit von NVIDIA, etwa mit „docker run --gpus all“. Wo NVIDIA_DRIVER_CAPABILITIES gesetzt ist, gehören compute und utility hinein.
fault-container-no-cuda = Dieser Container wurde ohne CUDA gestartet
    .advice = Starte ihn mit NVIDIA_DRIVER_CAPABILITIES=compute,utility.
fault-container-mismatch = Dieser Container hat die Bibliotheken eines anderen NVIDIA-Treibers als der Computer
    .advice = Starte den Container neu. Wenn der Treiber aktualisiert wurde, starte zuerst den Computer neu.
fault-container = Dieser Container darf die GPU nicht benutzen
    .advice = Starte den Container neu. Wenn das nicht hilft, starte ihn mit „docker run --gpus all“.
fault-other-architecture = Die Bibliothek des NVIDIA-Treibers ist für eine andere Art von Prozessor
    .advice = Installiere den 64-Bit-Treiber von NVIDIA für diesen Prozessor.
fault-not-readable = Du darfst die Bibliothek des NVIDIA-Treibers nicht lesen
    .advice = Installiere den NVIDIA-Treiber neu oder mache die Datei für alle lesbar.
fault-not-loadable = Die Bibliothek des NVIDIA-Treibers lässt sich nicht laden
    .advice = Installiere den NVIDIA-Treiber neu. Der Grund steht in den Details.
fault-kernel-alone = Ein Teil des NVIDIA-Treibers ist nicht installiert
    .advice = Installiere das Paket mit libnvidia-ml: libnvidia-ml1 unter Debian, libnvidia-compute unter Ubuntu, nvidia-utils unter Arch.
fault-no-device-files = Die Gerätedateien des NVIDIA-Treibers fehlen
    .advice = Führe „sudo nvidia-modprobe -u -c 0“ aus oder starte den Computer neu.

left-out = GPU { $index } wird nicht verwendet: { $why }. { $advice }
left-out-named = GPU { $index } ({ $name }) wird nicht verwendet: { $why }. { $advice }
left-out-no-uuid = Der Treiber nennt ihre UUID nicht
left-out-same-uuid = Der Treiber nennt für sie die UUID einer anderen GPU
left-out-no-address = Der Treiber nennt ihre PCI-Adresse nicht
left-out-retried = Es wird von selbst erneut versucht.
driver-failed = { $meaning }. { $advice } Die GPU wird von selbst weiter gesucht.

## Settings

setting-mode = Wann bereit sein
    .description = „Bei Bedarf“ ist für deine KI bereit, ohne etwas zu kosten, wo eine Anfrage genügt, um die GPU zu wecken. Sonst hält es die GPU vom ersten Anzeichen der Benutzung bis einige Zeit nach dem letzten bereit. „Solange ein Modell geladen ist“ ist bereit, solange ein Programm eines geöffnet hat.
setting-warm-window-minutes = Wie lange bereit bleiben
    .description = Wie lange die GPU nach der letzten Benutzung deiner KI bereit bleibt, wo eine Anfrage nicht genügt, um sie zu wecken.
setting-ai-programs = KI-Programme
    .description = Eigene Programme, deren Benutzung der GPU als KI-Arbeit zählt, neben Ollama, LM Studio, ComfyUI und den anderen bekannten. Gib den Namen des Programms an, oder Name:Argument, wenn es auch mit diesem Argument gestartet sein muss.
setting-gpus = GPUs
    .description = Die GPUs, um die es geht. Ohne Auswahl sind es alle.
setting-strategy = Wie bereithalten
    .description = „Automatisch“ nimmt den sparsamsten Weg, der auf dieser GPU nachweislich funktioniert.
setting-strategy-exclude = Wege, die nicht benutzt werden
    .description = „Automatisch“ lässt diese aus, auch wenn sie auf dieser GPU funktionieren würden.
setting-readiness-max-wake-ms = Längstes Aufwachen
    .description = So lange darf es dauern, den Takt für eine Anfrage anzuheben. Wo es länger dauert, wird er stattdessen gehalten.
setting-readiness-linger-s = Volle Leistung nach einer Anfrage
    .description = So lange nach einer Anfrage wird der dafür angehobene Takt wieder freigegeben.
setting-pulse-interval-ms = Zeit zwischen Impulsen
    .description = Wie oft der winzige Arbeitsimpuls gesendet wird. Mit auto so selten, wie deine GPU es zulässt.
setting-pulse-matrix-size = Größe eines Impulses
    .description = Der Impuls rechnet mit einem Quadrat aus Zahlen mit so vielen auf jeder Seite. Ein größeres macht mehr Arbeit und braucht mehr Energie.
setting-thermal-enabled = Bei Hitze pausieren
    .description = Die GPU abkühlen lassen, wenn sie die höchste Temperatur erreicht.
setting-thermal-max-temperature = Höchste Temperatur
    .description = Ab dieser Temperatur wird die GPU nicht mehr bereitgehalten, bis sie 5 °C kühler ist.
setting-battery-pause = Im Akkubetrieb pausieren
    .description = Die GPU im Akkubetrieb oder an einem zu schwachen Netzteil nicht bereithalten.
setting-vram-reserve-mib = Frei gehaltener Grafikspeicher
    .description = Wege, die Grafikspeicher brauchen, werden nicht benutzt, solange weniger als das frei ist. So haben deine Modelle ihn immer.
setting-energy-price-per-kwh = Strompreis
    .description = Was du für eine Kilowattstunde bezahlst. Kosten werden angezeigt, sobald er eingetragen ist.
setting-energy-currency = Währung
    .description = Die Einheit dieses Preises, wie sie neben allen Kosten steht.
setting-energy-daily-budget-wh = Energie pro Tag
    .description = Die GPU für den Rest des Tages nicht mehr bereithalten, sobald das so viel Energie verbraucht hat. Ohne Angabe gibt es keine Grenze.
setting-app-start-at-login = Beim Anmelden starten
    .description = Beim Anmelden im Infobereich starten, ohne Fenster.
setting-app-notifications = Benachrichtigungen
    .description = Wichtige melden Hitze, Störungen und deren Ende.
setting-app-setup-completed = Einrichtung abgeschlossen
    .description = Ob die Einrichtung beim ersten Start abgeschlossen oder geschlossen wurde. Schalte es aus, um sie noch einmal zu sehen.
settings-readiness = Bereit bleiben
settings-strategy = Wie es geschieht
settings-protection = Schutz
settings-energy = Energie
settings-app = Diese App
choice-auto = Automatisch
choice-standby = Bei Anfragen aufwachen
choice-boost = Den Treiber um einen Boost bitten
choice-power-mizer = Den Treiber um volle Leistung bitten
choice-context = Eine Verbindung zur GPU offen halten
choice-pulse = Ab und zu einen winzigen Arbeitsimpuls senden
notifications-off = Keine
notifications-important = Wichtige
notifications-all = Jede Änderung
