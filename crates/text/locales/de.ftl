### The texts of GPU Keepalive, in German. Every key and every variable is that of en.ftl.
###
### Where the reader is addressed it is with "du". After a colon a whole sentence begins with a capital letter.

## Numbers and sentences

decimal-mark = ,
group-mark = .
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
cause-still-up = Die GPU hat noch nicht heruntergetaktet
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
cause-power-saver = Der Computer ist auf Stromsparen eingestellt
    .until = Geht mit einem anderen Energieprofil weiter
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
saved-note-cost-below = heute durch Ruhen gespart, weniger als { $cost }

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
        [one] der Server ruhen kann
       *[other] die Server ruhen können
    }, ist der NVIDIA-Treiber { $needed } oder neuer nötig; installiert ist { $version }.
loud-saves = Mit ruhigen Servern bräuchte diese GPU zwischen den Anfragen { $idle } W statt { $power } W: { $saved } im Monat.
loud-saves-nothing = { $servers ->
        [one] Ein ruhiger Server würde
       *[other] Ruhige Server würden
    } auf dieser GPU nichts sparen.
loud-idle-unknown = Mit ruhigen Servern bräuchte diese GPU zwischen den Anfragen weniger als ihre { $power } W; wie viel weniger, zeigt sich, sobald sie einmal geruht hat.
loud-unknown = Mit ruhigen Servern bräuchte diese GPU zwischen den Anfragen weniger.

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
fault-windows-no-driver = Der NVIDIA-Treiber ist nicht installiert
    .advice = Installiere NVIDIAs eigenen Treiber für Windows, von nvidia.com oder in der NVIDIA-App, und starte dann den Computer neu.
fault-windows-no-cuda = Der CUDA-Teil des NVIDIA-Treibers ist nicht installiert
    .advice = Installiere den NVIDIA-Treiber noch einmal, von nvidia.com oder in der NVIDIA-App.
fault-windows-not-running = Der NVIDIA-Treiber läuft nicht
    .advice = Starte den Computer neu. Wenn das nicht hilft, prüfe im Geräte-Manager, ob die GPU eingeschaltet und ohne Fehler ist, und installiere dann ihren Treiber noch einmal.

left-out = GPU { $index } wird nicht verwendet: { $why }. { $advice }
left-out-named = GPU { $index } ({ $name }) wird nicht verwendet: { $why }. { $advice }
left-out-no-uuid = Der Treiber nennt ihre UUID nicht
left-out-same-uuid = Der Treiber nennt für sie die UUID einer anderen GPU
left-out-no-address = Der Treiber nennt ihre PCI-Adresse nicht
left-out-retried = Es wird von selbst erneut versucht.
driver-failed = { $meaning }. { $advice } Die GPU wird von selbst weiter gesucht.

## Settings

setting-mode = Wann bereit sein
    .description = Bei Bedarf ruht die GPU und wacht für eine Anfrage auf. Wo das zu lange dauert, bleibt sie nach der letzten noch eine Weile bereit. Die anderen Möglichkeiten halten sie auch dazwischen auf voller Leistung, was Strom kostet.
setting-warm-window-minutes = Wie lange bereit bleiben
    .description = Die Zeit nach der letzten Benutzung deiner KI. Sie zählt, wo eine Anfrage allein die GPU nicht rechtzeitig weckt.
setting-ai-programs = KI-Programme
    .description = Eigene Programme, deren Benutzung der GPU als KI-Arbeit zählt, neben Ollama, LM Studio, ComfyUI und den anderen bekannten. Gib den Namen des Programms an, oder Name:Argument, wenn es auch mit diesem Argument gestartet sein muss.
setting-gpus = GPUs
    .description = Die GPUs, die bereitgehalten werden.
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
setting-power-saver-pause = Beim Stromsparen pausieren
    .description = Die GPU nicht bereithalten, solange das Energieprofil des Computers „Energiesparmodus“ ist (Linux, mit power-profiles-daemon oder tuned).
setting-vram-reserve-mib = Frei gehaltener Grafikspeicher
    .description = Wege, die Grafikspeicher brauchen, werden nicht benutzt, solange weniger als das frei ist. So haben deine Modelle ihn immer.
setting-energy-price-per-kwh = Strompreis
    .description = Was du für eine Kilowattstunde bezahlst. Kosten werden angezeigt, sobald er eingetragen ist.
setting-energy-currency = Währung
    .description = Die Einheit dieses Preises, wie sie neben allen Kosten steht.
setting-energy-daily-budget-wh = Energie pro Tag
    .description = Die GPU für den Rest des Tages nicht mehr bereithalten, sobald das so viel Energie verbraucht hat. Ohne Angabe gibt es keine Grenze.
setting-app-start-at-login = Beim Anmelden starten
    .description = Startet beim Anmelden ohne Fenster. Das Symbol ist neben der Uhr.
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
unit-minutes = Minuten
unit-per-kwh = pro kWh
notifications-off = Keine
notifications-important = Wichtige
notifications-all = Jede Änderung

## Findings of the doctor

finding-of-gpu = GPU { $index }, { $name }: { $evidence }
process = { $name } (Prozess { $pid })
clock-of-most = { $now } von { $most } MHz
finding-settings-line = Zeile { $line }: { $problem }
finding-settings-newer = Die Einstellungsdatei stammt von einer neueren Version von GPU Keepalive
    .advice = Aktualisiere GPU Keepalive.
finding-settings-unusable = Die Einstellungsdatei ist unbrauchbar
    .advice = Berichtige sie; „gpu-keepalive settings path“ gibt aus, wo sie liegt.
finding-settings-wrong = Einige Einstellungen sind falsch, für sie gelten die Vorgaben
    .advice = Berichtige diese Zeilen; „gpu-keepalive settings path“ gibt aus, wo die Datei liegt.
finding-settings-unknown = Unbekannte Schlüssel in der Einstellungsdatei
    .advice = Berichtige diese Zeilen; „gpu-keepalive settings path“ gibt aus, wo die Datei liegt.
finding-not-running = GPU Keepalive läuft nicht, deshalb wird keine GPU bereitgehalten
    .advice = Öffne die App GPU Keepalive oder starte „gpu-keepalive run“.
finding-not-running-seen = keine Antwort am Steuer-Socket
finding-switched-off = GPU Keepalive ist ausgeschaltet
    .advice = Schalte es im Infobereich oder mit „gpu-keepalive on“ ein.
finding-switched-off-seen = die GPUs werden in Ruhe gelassen
finding-paused = Diese GPU ist pausiert
    .advice = Sie macht von selbst weiter, wenn nichts davon mehr zutrifft. „gpu-keepalive resume“ beendet eine eigene Pause.
finding-no-tray-host = Dieser Desktop zeigt keine Symbole im Infobereich
    .advice = Installiere unter GNOME die Erweiterung „AppIndicator and KStatusNotifierItem Support“; füge auf anderen Desktops der Leiste einen Infobereich hinzu. Alles geht auch im Fenster und mit „gpu-keepalive status“.
finding-no-tray-host-seen = kein Programm am Sitzungsbus zeigt StatusNotifierItems an
finding-login-entry-broken = GPU Keepalive startet nicht beim Anmelden
    .advice = Schalte „Beim Anmelden starten“ im Infobereich oder in den Einstellungen aus und wieder ein.
finding-login-entry-unknown = sein Eintrag startet es nicht
finding-login-entry-points-nowhere = sein Eintrag startet { $program }, das es nicht gibt
finding-login-entry-absent = „app.start_at_login“ ist an, und es gibt keinen Eintrag dafür
finding-simulated = Diese GPUs sind simuliert
    .advice = Lass „--simulate“ weg, um die echte zu untersuchen.
finding-simulated-seen = die Option --simulate oder die Variable GPU_KEEPALIVE_SIMULATE ist gesetzt
finding-not-checked = Manches war nicht zu prüfen
    .advice = Prozesse anderer Benutzer und eine schlafende GPU lassen sich nicht untersuchen.
finding-not-checked-environment = die Umgebung von { $program } (Prozess { $pid })
finding-not-checked-clocks = der Takt von { $gpu }, die in Ruhe gelassen wird
finding-not-checked-power = Akkus und Energieprofile
finding-clock-tool-running = Ein anderes Programm, das den Takt einstellen kann, läuft
    .advice = Wenn die GPU langsam bleibt, prüfe, ob dieses Programm ihren Takt niedrig hält.
finding-held-down-by-heat = Die GPU ist heiß und drosselt sich selbst
    .advice = Lass Luft an die Lüfter, reinige sie und stelle einen Laptop nicht auf weichen Untergrund. Es hilft auch, die GPU seltener bereitzuhalten.
finding-held-down-by-power-brake = Das Netzteil bremst die GPU
    .advice = Das Netzteil des Computers meldet, dass es an seiner Grenze ist. Prüfe seine Kabel und seine Leistung.
finding-held-down-by-hardware = Die Hardware der GPU drosselt sie
    .advice = Ihr eigener Schutz vor Hitze oder zu viel Leistung ist am Werk. Prüfe Kühlung, Stromkabel und Netzteil.
finding-held-down-by-power-cap = Die GPU ist an ihrem Leistungslimit
finding-power-cap-lowered = das Limit ist { $now } statt { $usual }
finding-power-cap-raise = Das Leistungslimit wurde gesenkt; „nvidia-smi -q -d POWER“ zeigt es. Hebe es für volle Leistung wieder an.
finding-power-cap-normal = Unter Last ist das normal: Die GPU ist so schnell, wie ihr Leistungslimit es zulässt.
finding-clocks-locked = Ein anderes Werkzeug hat den Takt dieser GPU festgelegt
    .advice = Nimm es dort zurück, oder als Administrator mit „nvidia-smi -rgc“ und „nvidia-smi -rac“.
finding-clocks-locked-lowered = der Takt für Anwendungen ist { $now } statt { $usual }
finding-clocks-not-held = Die GPU soll bereit sein, aber ihr Takt ist unten
    .advice = Solange sie sich bereit macht, ist das normal. Bleibt es eine Minute so, setze „strategy“ in den Einstellungen auf „pulse“.
finding-cuda-p2-cap = CUDA läuft auf dieser GPU in P2, das ist volle Leistung
    .advice = Es ist nichts zu tun. GeForce-Treiber lassen CUDA in P2 statt P0 laufen: Nur der Speichertakt ist etwas niedriger. Ein Treiberprofil kann das aufheben (unter Linux CudaNoStablePerfLimit); GPU Keepalive ändert es nie.
finding-cuda-p2-cap-seen = P2 auf einer GeForce-Karte
finding-gpu-ready = Die GPU ist bereit
finding-gpu-at-rest = Die GPU hat nichts zu tun
finding-gpu-at-rest-woken = Es ist nichts zu tun. Ihr Takt wird angehoben, sobald eine Anfrage kommt.
finding-gpu-at-rest-cold = Die erste Anfrage findet den Takt unten. „gpu-keepalive warm“ hebt ihn vorher an.
finding-gpu-busy = Ein Programm benutzt die GPU, und ihr Takt ist nicht ganz oben
finding-gpu-busy-seen = { $share } der Zeit beschäftigt
finding-vram-nearly-full = Der VRAM ist fast voll
    .advice = Entlade ein Modell oder nimm ein kleineres oder einen kürzeren Kontext; „gpu-keepalive recommend“ schlägt welche vor.
finding-vram-nearly-full-seen = { $free } MiB von { $total } MiB sind frei
finding-model-partly-on-cpu = Ein Modell läuft vielleicht zum Teil auf dem Prozessor
    .advice = Wenn Antworten langsam sind, nimm ein kleineres Modell, ein kleineres Format oder einen kürzeren Kontext, damit alle Schichten passen; „gpu-keepalive recommend“ schlägt welche vor. „ollama ps“ zeigt die Aufteilung.
finding-model-partly-on-cpu-seen = ein Programm mit { $vram } GiB VRAM beschäftigt die GPU nur { $share } der Zeit
finding-model-partly-on-cpu-slow = ein Programm mit { $vram } GiB VRAM beschäftigt die GPU nur { $share } der Zeit, in { $pstate }, obwohl es rechnet
finding-processes-not-told = Der Treiber verrät nicht, welche Programme die GPU benutzen
    .advice = Der Bedarf wird an der Auslastung der GPU abgelesen, ab 10 %, und an KI-Programmen, die die GPU sichtbar geöffnet haben. Starte GPU Keepalive in einem Container mit den Prozessen des Computers, etwa mit „docker run --pid=host“. Unter WSL2, mit MIG und mit einem Teil einer GPU (vGPU) ist mehr nicht zu erfahren.
finding-processes-no-list = der Treiber gibt keine Prozessliste
finding-processes-nothing = der Treiber nennt keinen Prozess und keine Auslastung
finding-processes-busy = der Treiber nennt keinen Prozess, doch die GPU ist { $share } der Zeit beschäftigt
finding-processes-busy-vram = der Treiber nennt keinen Prozess, doch die GPU ist { $share } der Zeit beschäftigt, und { $vram } GiB VRAM sind belegt
finding-pcie-link-reduced = Die Anbindung der GPU an den Computer ist langsamer als möglich
    .advice = Modelle laden langsamer, auf Antworten wirkt es sich kaum aus. Prüfe bei einem Desktop-Rechner, ob die GPU fest im schnellsten Steckplatz sitzt. Viele Laptops und zweite Steckplätze sind so gebaut.
finding-pcie-link-reduced-seen = { $speed } GT/s auf { $width } Lanes; die GPU kann { $max_speed } GT/s auf { $max_width }
finding-persistence-mode-off = Der Treiber wird für jedes Programm neu eingerichtet
    .advice = Auf einem Rechner ohne Bildschirm wartet das erste Programm jedes Mal auf den Treiber. Abhilfe: „sudo systemctl enable --now nvidia-persistenced“ oder „sudo nvidia-smi -pm 1“.
finding-persistence-mode-off-seen = der Persistenzmodus ist aus, und weder Bildschirm noch Akku sind zu sehen
finding-runtime-d3-off = Die GPU schaltet sich nie aus
    .advice = Sie braucht auch unbenutzt Strom. Wenn der Laptop es kann, beschreibt NVIDIAs README für Linux im Kapitel über Runtime D3, wie es eingeschaltet wird.
finding-runtime-d3-off-seen = power/control ist „{ $control }“
finding-runtime-d3-off-driver = power/control ist „{ $control }“; der Treiber meldet „{ $word }“
finding-gpu-kept-awake = Programme hindern die GPU daran, sich auszuschalten
    .advice = Beende, was du nicht brauchst, oder starte es auf der Grafik des Prozessors.
finding-gpu-kept-awake-seen = { $programs }; Programme anderer Benutzer sind nicht zu sehen
finding-runtime-d3-on = Die GPU kann sich ausschalten, wenn kein Programm sie benutzt
finding-gpu-asleep = Die GPU ist ausgeschaltet, weil kein Programm sie benutzt
    .advice = Sie wurde dafür nicht geweckt. Benutze die GPU für eine vollständige Diagnose und frage dann noch einmal.
finding-nvidia-devices = das System führt { $count } { $count ->
        [one] NVIDIA-GPU
       *[other] NVIDIA-GPUs
    } auf
finding-no-gpu-and-no-driver = Weder eine NVIDIA-GPU noch ein Treiber wurde gefunden
    .advice = GPU Keepalive braucht eine NVIDIA-GPU. Wenn eine eingebaut ist, prüfe, ob sie in den Firmware-Einstellungen eingeschaltet ist, und installiere dann ihren Treiber.
finding-gpu-left-out = Eine GPU wird nicht verwendet, weil der Treiber sie nicht beschreibt
    .advice = Sie wird von selbst weiter gesucht. Wenn sie wegbleibt, sieh dir die Meldungen des Treibers im Systemprotokoll an und starte den Computer neu.
finding-driver-works = Der NVIDIA-Treiber funktioniert
finding-driver-works-seen = { $gpu } mit Treiber { $version }
finding-on-battery = Der Computer läuft im Akkubetrieb, deshalb ist die GPU langsamer
finding-on-battery-seen = das System oder der Treiber meldet Akkubetrieb
finding-on-battery-paused = Stecke für volle Leistung das Netzteil ein. GPU Keepalive pausiert so lange, außer du schaltest „battery.pause“ aus.
finding-on-battery-costs = Stecke für volle Leistung das Netzteil ein. Die GPU bereitzuhalten kostet Akku.
finding-undersized-adapter = Das Netzteil ist zu schwach für diese GPU
    .advice = Nimm das Netzteil, das beim Computer dabei war, oder ein ebenso starkes.
finding-undersized-adapter-seen = der Treiber meldet eine zu schwache Stromquelle
finding-power-saving-profile = Der Computer ist auf Stromsparen oder leisen Betrieb eingestellt
    .advice = Wähle in den Energieeinstellungen des Desktops „Ausgeglichen“ oder „Leistung“.
finding-profile-of-firmware = das Profil der Firmware ist „{ $profile }“
finding-profile-of-desktop = das Profil des Desktops ist „{ $profile }“
finding-nvidia-powerd-not-running = Die GPU kann sich vom Prozessor keine Leistung borgen
    .advice = Laptops mit Dynamic Boost sind damit schneller: „sudo systemctl enable --now nvidia-powerd“. Auf anderen beendet es sich von selbst.
finding-nvidia-powerd-not-running-seen = nvidia-powerd ist installiert und läuft nicht
finding-quiet-without-engine = Ruhige KI-Server laufen, und nichts weckt die GPU für sie
finding-quiet-switched-off = GPU Keepalive ist ausgeschaltet
    .advice = Ihre ersten Antworten sind langsamer als ohne GPU Keepalive. Schalte es im Infobereich oder mit „gpu-keepalive on“ ein, oder starte sie ohne die Variable: „gpu-keepalive quiet --remove UNIT“ für einen eigenen Dienst.
finding-quiet-not-running = GPU Keepalive läuft nicht
    .advice = Ihre ersten Antworten sind langsamer als ohne GPU Keepalive. Starte die App oder „gpu-keepalive run“, oder starte sie ohne die Variable: „gpu-keepalive quiet --remove UNIT“ für einen eigenen Dienst.
finding-quiet-set-for = { $variable } ist gesetzt für { $programs }
finding-perf-boost-disabled = CUDA-Programme sind angewiesen, den Takt nicht anzuheben
finding-perf-boost-disabled-seen = { $variable } ist gesetzt in der Umgebung von { $places }
finding-perf-boost-ourselves = GPU Keepalive selbst
finding-perf-boost-woken = So ruht die GPU zwischen den Anfragen, und GPU Keepalive weckt sie für jede. Ohne GPU Keepalive sind ihre ersten Antworten langsamer.
finding-perf-boost-remove = Manche Linux-Distributionen setzen { $variable } für alle. Entferne es aus der Umgebung deiner KI-Programme und starte sie neu. GPU Keepalive lässt es weg, wenn es den Takt hält.
finding-clocks-held-by-server = Ein KI-Server hält diese GPU zwischen den Anfragen auf voller Leistung
finding-watts-between-requests = { $power } W zwischen den Anfragen
finding-watts-at-rest = { $power } W in Ruhe

## Diagnostics: what only Windows has, and the advice there

finding-power-mode-efficiency = der Energiemodus ist „Beste Energieeffizienz“
finding-energy-saver-on = der Energiesparmodus ist an
finding-no-web-view = Das Fenster von GPU Keepalive kann nicht angezeigt werden
    .advice = Installiere Microsofts WebView2-Runtime von https://developer.microsoft.com/microsoft-edge/webview2. Das Symbol im Infobereich und „gpu-keepalive“ arbeiten auch ohne sie.
finding-no-web-view-seen = die WebView2-Runtime ist nicht installiert
finding-gpu-scheduling = Die Einstellung von Windows für die GPU-Planung
finding-gpu-scheduling-on = die hardwarebeschleunigte GPU-Planung ist an
finding-gpu-scheduling-off = die hardwarebeschleunigte GPU-Planung ist aus
finding-driver-model = Die Art des Treibers
finding-driver-model-seen = das Treibermodell ist { $model }
windows-power-saving-profile = Stelle in den Windows-Einstellungen unter „System“ und „Stromversorgung“ den Energiemodus auf „Ausbalanciert“ oder „Beste Leistung“ und schalte den Energiesparmodus aus.
windows-clocks-not-held = Solange sie sich bereit macht, ist das normal. Bleibt es eine Minute so, setze „strategy“ in den Einstellungen auf „pulse“, oder stelle in der NVIDIA-Systemsteuerung unter „3D-Einstellungen verwalten“ den Energieverwaltungsmodus von gpu-keepalive.exe und gpu-keepalive-app.exe auf „Maximale Leistung bevorzugen“.
windows-cuda-p2-cap = Es ist nichts zu tun. GeForce-Treiber lassen CUDA in P2 statt P0 laufen: Nur der Speichertakt ist etwas niedriger. Ein Treiberprofil kann das aufheben; GPU Keepalive ändert es nie.
windows-runtime-d3-on = Programme, die wenig brauchen, lassen sich auf die Grafik des Prozessors verlegen, damit diese GPU aus bleibt: Stelle sie in den Windows-Einstellungen unter „System“, „Bildschirm“ und „Grafik“ auf „Energiesparmodus“.
windows-processes-not-told = Der Bedarf wird an der Auslastung der GPU abgelesen, ab 10 %, und an KI-Programmen, die laufen.
windows-perf-boost-disabled = Entferne die Variable aus der Umgebung deiner KI-Programme und starte sie neu: Suche in den Windows-Einstellungen nach „Umgebungsvariablen“.
windows-no-permission = Starte den Computer neu. Wenn das nicht hilft, installiere den NVIDIA-Treiber noch einmal.

## Benchmark

benchmark-quick = Eine kleine Aufgabe wie die eines Sprachmodells wird nach einer Pause ausgeführt und gestoppt: einmal ohne Eingriff und mit jedem Weg, die GPU bereitzuhalten. Das dauert eine bis drei Minuten, höchstens { $minutes }.
workload-decode = eine Antwort schreiben (Decode)
workload-prefill = eine Eingabe lesen (Prefill)
benchmark-alone = Ohne Eingriff
benchmark-on-request = Bei Anfragen
benchmark-held-by = Gehalten durch { $means }
means-standby = Aufwachen bei Anfragen
means-boost = eine Boost-Anforderung
means-power-mizer = den Leistungsmodus des Treibers
means-context = eine offene Verbindung
means-pulse = einen Impuls alle 100 ms
benchmark-not-here = nicht hier, denn { $why }
benchmark-more-watts = { $power } W mehr in Ruhe
benchmark-no-watts = Leistungsaufnahme nicht gemeldet
benchmark-nothing-held = nichts wird gehalten
benchmark-first-not-measured = erste Antwort nicht gemessen
benchmark-first-at-full-speed = erste Antwort mit voller Leistung
benchmark-first-later = erste Antwort { $ms } ms später
why-not-measured = es wurde nicht gemessen
why-not-slow-wake = das Aufwachen dauert { $ms } ms, und die Grenze ist { $limit } ms
why-not-slow-answer = die erste Antwort kommt { $ms } ms später, und die Grenze ist { $limit } ms
why-not-excluded = die Einstellungen schließen es aus (strategy_exclude)
why-not-never-cold = der Takt dieser GPU blieb von selbst oben
why-not-offered = der Treiber bietet es nicht an
why-not-permitted = dieser Benutzer darf es nicht
why-not-refused = der Treiber hat es abgelehnt ({ $error })
why-not-accepted = der Treiber hat es abgelehnt
why-not-within-limit = es ist langsamer als die Grenze
why-not-vram = neben deiner Reserve ist zu wenig VRAM frei
why-not-clocks-down = der Takt fiel, obwohl er gehalten wurde
why-not-clocks-up = der Takt fiel nicht, während nichts gehalten wurde
why-not-sensed = eine Anfrage wurde nicht bemerkt
why-not-seen-up = der Takt war 250 ms nach dem Wecken nicht oben

verdict-simulated = Simuliert.
verdict-nothing-measured = Es wurde keine Anfrage gemessen.
verdict-not-both-measured = Keine Anfrage wurde sowohl kalt als auch bereit gemessen.
verdict-worth-it = Nach einer Pause von { $rest } s ist die erste Anfrage { $ratio }-mal so schnell, wenn diese GPU bereitgehalten wird ({ $warm } ms statt { $cold } ms).
verdict-stays-up = Diese GPU bleibt nach der Arbeit von selbst { $hold } s auf voller Leistung. Für Pausen bis { $rest } s muss sie nicht bereitgehalten werden.
verdict-not-needed = Diese GPU muss nicht bereitgehalten werden: Nach einer Pause von { $rest } s dauert die erste Anfrage { $cold } ms, bereitgehalten { $warm } ms.
verdict-nothing-works = Kein Weg, der versucht werden darf, bringt die erste Antwort höchstens { $limit } ms später als bei voller Leistung.
verdict-power-not-reported = eine Leistungsaufnahme, die diese GPU nicht meldet
verdict-wake-it = Hier am besten: bei Anfragen wecken, für { $cost }; die erste Antwort kam höchstens { $limit } ms später als bei voller Leistung.
verdict-holding-costs = Den Takt zu halten würde { $power } W kosten.
verdict-hold-it = Hier am besten: halten durch { $means }, für { $cost }; die erste Antwort kam höchstens { $limit } ms später als bei voller Leistung.
verdict-not-woken = Bei Anfragen geweckt wird sie nicht, denn { $why }.
verdict-boost-disabled = Gemessen wurde mit einem Programm, das mit CUDA_DISABLE_PERF_BOOST=1 gestartet ist. Jedes andere Programm hält den Takt dieser GPU von selbst oben, solange es geladen ist.
verdict-never-cold = Ihr Takt fiel nicht sichtbar, solange ein Programm geladen war.
verdict-disturbed = Ein anderes Programm hat diese GPU währenddessen benutzt, die Zahlen können also falsch sein. Miss noch einmal, wenn kein anderes Programm sie benutzt.

## Benchmark under way

measuring-idle = warten, bis die GPU nichts zu tun hat
measuring-boost-disabled = ein geöffnetes Programm hält den Takt, deshalb wird eines versucht, das es nicht darf
measuring-fall = bis zu { $seconds } s warten, dass der Takt fällt
measuring-cold = { $workload } nach { $rest } s Pause, kalt
measuring-ready = { $workload } nach { $rest } s Pause, bereit
measuring-means = halten durch { $means } nach { $rest } s Pause
measuring-round = Runde { $round } von { $rounds }: { $step }
measuring-slowdown = ein arbeitendes Programm mit und ohne Impulse daneben messen
held-by-nothing = nichts
seen-elsewhere = Auf einer anderen { $gpu } gemessen ({ $date }, Treiber { $driver }): { $way }: { $detail }.
seen-alone = Ohne Eingriff kam die erste Antwort { $ms } ms später.
seen-watts = { $power } W in Ruhe
seen-ratio = erste Antwort dauert { $ratio }-mal so lang wie mit voller Leistung
bench-post = Gib es weiter, damit es andere mit dieser Karte schon vor ihrer Messung wissen: { $address }
bench-not-to-post = Das sind die Zahlen einer simulierten GPU, nicht die einer Karte: Gib sie nicht weiter.
measure-too-hot = die GPU hat { $now } erreicht, und die Grenze ist { $limit }; miss noch einmal, wenn sie abgekühlt ist

## Models

model-on-card = Belegt { $percent } % des freien VRAM; bis zu { $longest } Token Kontext passen.
model-on-card-whole = Belegt { $percent } % des freien VRAM; sein ganzer Kontext von { $longest } Token passt.
model-ranking = Rangliste: { $why }.
model-experts = Die Experten von { $layers } der { $of } Schichten bleiben im Arbeitsspeicher ({ $ram } GiB RAM); bis zu { $longest } Token Kontext passen.
model-in-part = Passt nicht: Es fehlen { $lacking } GiB. { $layers } der { $of } Schichten passen auf die Karte; die anderen berechnet der Prozessor, was viel langsamer ist.
note-not-in-this-format = Für diesen Zweck gibt es kein empfohlenes Modell in diesem Format.
note-context-too-long = Kein empfohlenes Modell hat einen Kontext von { $tokens } Token; den längsten hat { $model } mit { $longest }.
note-nothing-fits = Mit einem Kontext von { $tokens } Token passt kein Modell in { $free } GiB. Das kleinste empfohlene, { $model } in { $format }, braucht { $need } GiB freien VRAM.
note-shortest-context = Mit einem Kontext von { $tokens } Token passt { $model } in { $format }: Es braucht { $need } GiB.
note-error-bar = { $within } von { $measured } veröffentlichten Messungen liegen innerhalb des Fehlerbalkens und { $above } darüber; { $whole_card } davon sind Werte einer ganzen Karte mit allem, was sonst darauf lief.
note-error-bar-all = { $within } von { $measured } veröffentlichten Messungen liegen innerhalb des Fehlerbalkens und { $above } darüber; diese sind alle Werte einer ganzen Karte mit allem, was sonst darauf lief.
note-assumed = Die Größen setzen Flash Attention voraus, die llama.cpp und Ollama auf diesen Karten von sich aus einschalten, und eine Unterhaltung zur selben Zeit. Köpfe zur Vorhersage mehrerer Token zählen nur, wo die Datei von Ollama sie enthält.
note-vision-left-out = Befehle mit --no-mmproj lassen den Teil weg, der Bilder liest; seine Größe zählt nicht mit.
note-speed-of-main-memory = Mit Experten im Arbeitsspeicher hängt die Geschwindigkeit von diesem ab: Der Bereich reicht bei zwei Kanälen von DDR4-3200 bis DDR5-6400.
note-speed-of-embedding = Embedding-Modelle erzeugen Vektoren, keinen Text. Die Geschwindigkeit gilt für ein Token nach dem anderen; die Token eines Textes werden zusammen verarbeitet, um ein Mehrfaches schneller.

## Pages

tabs = Seiten
tab-overview = Übersicht
tab-models = Modelle
tab-settings = Einstellungen
tab-diagnostics = Diagnose
tab-setup = Einrichtung
simulated-gpus = Simulierte GPUs

### The window: setup, settings and models

# An amount of money that rounds to nothing.
amount-less-than = weniger als { $amount }
# The time under the pointer in a chart.
moment-now = jetzt
moment-ago = vor { $time }
# An engine of another version answered with something else.
reply-without = in der Antwort auf { $request } fehlt { $name }
# Below a list to choose from, and where a GPU would be chosen.
no-gpu-was-found = Es wurde keine GPU gefunden.

setup-step = Einrichtung, Schritt { $step } von { $steps }
setup-leave = Einrichtung verlassen
# The engine did not save that the setup is done.
setup-again = { $refusal } Die Einrichtung erscheint beim nächsten Start wieder.
setup-back = Zurück
setup-next = Weiter
setup-finish = Fertig

setup-gpus = Deine GPUs
setup-gpus-why = Eine GPU, die nichts zu tun hat, wird langsamer, um Strom zu sparen. Die nächste Frage an deine KI wartet dann, bis sie wieder schnell ist. GPU Keepalive hält sie bereit, solange du sie benutzt, und lässt sie sonst schlafen.
setup-gpus-none = Es geht trotzdem weiter: GPU Keepalive bemerkt eine GPU, sobald es eine gibt. Bis dahin ist nichts zu messen, deshalb entfällt dieser Schritt.
setup-gpus-card = { $memory } Grafikspeicher (VRAM), Treiber { $version }
setup-gpus-card-unknown = Grafikspeicher nicht bekannt, Treiber { $version }
setup-gpus-simulated = Diese GPUs sind simuliert.
setup-gpus-looking = GPUs werden gesucht …

setup-models = Ein Modell für deine GPU
setup-models-why = Ein Modell ist die KI selbst. Wie groß es sein darf, hängt vom Grafikspeicher (VRAM) ab. Es schreibt in Token, das sind Teile von Wörtern.
# Read out when a choice changed the suggestion.
setup-models-best = Am besten dafür: { $model }
setup-models-none = Kein Modell passt.
setup-models-others = Andere Modelle, die passen
setup-models-any = Schon ein Modell vorhanden? Dann einfach weiter: GPU Keepalive arbeitet mit jedem. Mehr davon stehen jederzeit unter „Modelle“.

setup-offer-recommended = Empfohlen
setup-offer-takes = Belegt { $size } von { $free } Grafikspeicher · { $placement } · { $speed }
setup-offer-installed = Es ist in Ollama schon installiert, also ist nichts zu tun.
setup-offer-how = So bekommst du es
setup-offer-lm-studio = In LM Studio nach { $model } suchen und die Variante { $format } herunterladen.
setup-offer-terminal = Oder im Terminal
setup-offer-use = Dieses nehmen
    .name = Dieses nehmen: { $model }

setup-benchmark = Was es auf dieser GPU bringt
setup-benchmark-why = Jeder Weg, die GPU bereitzuhalten, wird auf deiner gemessen: wie bald sie antwortet und was er an Strom und Speicher kostet. Benutzt wird der sparsamste, der rechtzeitig antwortet.
setup-benchmark-simulated = Diese GPUs sind simuliert, und damit auch die Zahlen.

setup-when = Wann bereit sein
setup-when-changes = Alles davon lässt sich jederzeit ändern. Eine zu heiße GPU und ein Computer im Akkubetrieb werden in Ruhe gelassen.

setup-icon = Wo es von jetzt an zu finden ist
setup-icon-shows = GPU Keepalive arbeitet im Hintergrund. Sein Symbol zeigt den Zustand der GPU auf einen Blick; ein Klick darauf öffnet dieses Fenster.
setup-icon-hidden-windows = Nicht zu sehen? Klicke auf den Pfeil { $arrow } neben der Uhr. Damit das Symbol sichtbar bleibt, ziehe es von dort auf die Taskleiste.
setup-icon-hidden = Nicht zu sehen? Manche Leisten sammeln Symbole hinter einem kleinen Pfeil neben der Uhr und haben eine Einstellung, die sie immer zeigt.
# “Quit” is menu-quit.
setup-icon-quit = Dieses Fenster zu schließen ändert nichts. Um GPU Keepalive zu beenden, klicke mit der rechten Maustaste auf das Symbol und wähle „Beenden“.
# The desktop has no place for such icons.
setup-icon-none = Dieser Desktop zeigt neben der Uhr keine Symbole von Programmen. GPU Keepalive arbeitet trotzdem: Starte es noch einmal aus dem Programmmenü, um dieses Fenster zu sehen.
setup-icon-none-gnome = Unter GNOME bringt die Erweiterung „AppIndicator and KStatusNotifierItem Support“ solche Symbole zurück.
# The engine runs without the app.
setup-icon-service = GPU Keepalive wurde ohne Symbol gestartet, im Terminal oder als Dienst. Es läuft weiter, wenn dieses Fenster geschlossen wird. Starte es aus dem Programmmenü, um dieses Fenster wieder zu sehen.
setup-icon-picture-windows = Zeichnung einer Taskleiste am unteren Rand des Bildschirms. Das runde grüne Symbol ist hinter dem Pfeil neben der Uhr.
setup-icon-picture = Zeichnung einer Leiste am oberen Rand des Bildschirms. Das runde grüne Symbol ist nahe der Uhr.

settings-page-setup = Einrichtung erneut starten
settings-page-problems = Die Einstellungsdatei braucht Aufmerksamkeit
# In front of a problem's own sentence.
settings-page-line = Zeile { $line }: { $problem }
settings-page-rare = Erweitert
settings-page-file = Die Einstellungen liegen in { $path }. Diese Datei darf von Hand bearbeitet werden; was darin steht, bleibt erhalten.
settings-page-saved = Jede Änderung wird sofort gespeichert.

# A setting without a value.
field-not-set = ohne Angabe
field-on = an
field-off = aus
# Instead of expected-bool, which are the words of the file.
field-on-or-off = an oder aus
field-entries = { $count ->
        [one] { $count } Eintrag
       *[other] { $count } Einträge
    }
field-range = { $least } bis { $most }
# The word that stands for a number in the file, and as a box to tick.
field-word = { $word ->
        [auto] automatisch
       *[other] { $word }
    }
# The title of a choice, instead of its word in the file.
field-choice = „{ $title }“
field-default = Vorgabe: { $value }
field-reset = Auf Vorgabe zurücksetzen
    .name = { $title }: auf Vorgabe zurücksetzen
field-list-empty = Die Liste ist leer
field-list = Einträge von „{ $title }“
field-remove = { $entry } entfernen
field-add = Hinzufügen
    .name = Zu „{ $title }“ hinzufügen
field-not-a-program = Das ist kein Programmname. Er gehört ohne Ordner hierher, zum Beispiel ollama.
# An entry of the settings file.
field-gpu-absent = Eine GPU, die nicht da ist ({ $gpu })
# The last box was unticked. “Keep GPU ready” is menu-keep-ready.
field-gpu-last = Eine GPU muss bleiben. Um alle in Ruhe zu lassen, schalte „GPU bereithalten“ aus.

models-title = Modelle für deinen VRAM
models-calculating = Wird berechnet …
models-own = Eigene Modelle: { $note }

models-query = Wonach gesucht wird
models-query-gpu = GPU
models-query-card = { $gpu }, { $memory }
models-query-by-hand = Eine andere, nach ihrem VRAM
models-query-vram = Wie viel VRAM hat die GPU?
models-query-vram-unknown = Diese GPU meldet nicht, wie viel VRAM sie hat.
models-query-vram-where = Die Zahl steht auf ihrer Verpackung, zum Beispiel 8, 12 oder 24.
models-query-use = Wofür
models-query-context = Kontext
    .meaning = Wie viel Text es auf einmal im Blick hat.
models-query-cache = Speicher für den Kontext (KV-Cache)
models-query-one-format = Nur ein Format
models-query-format = Format der Gewichte
models-query-format-any = Beliebig

# The use of a model; “ranking” stands in models-why and models-why-short.
models-use-chat = Chat
    .meaning = Für Unterhaltungen, Schreiben und Fragen.
    .ranking = Chats
models-use-code = Programmieren
    .meaning = Für die Arbeit an Programmcode.
    .ranking = Programmieren
models-use-vision = Bilder
    .meaning = Für Fragen zu Bildern.
    .ranking = Bilder
models-use-embedding = Embedding
    .meaning = Um Texte nach ihrer Bedeutung zu durchsuchen. Diese Modelle unterhalten sich nicht.
    .ranking = Embeddings
models-cache-f16 = Volle Größe (f16)
models-cache-q8 = Halbe Größe (q8_0)
models-cache-q4 = Am kleinsten, weniger genau (q4_0)
# A count such as 8k.
models-tokens = { $count } Token

# The groups of the list; “one” is about one model of the group.
models-aggressive = Ausgereizt
    .meaning = Diese belegen fast den ganzen freien VRAM.
    .one = Ausgereizt: belegt fast den ganzen freien VRAM
models-optimal = Ausgewogen
    .meaning = Diese nutzen den VRAM gut und lassen Platz für einen längeren Kontext.
    .one = Ausgewogen: lässt Platz für einen längeren Kontext
models-conservative = Sparsam
    .meaning = Diese lassen Platz für einen viel längeren Kontext oder für ein anderes Programm.
    .one = Sparsam: lässt Platz für einen viel längeren Kontext oder für ein anderes Programm
models-main-memory = Mit Arbeitsspeicher
    .meaning = Diese sind größer als der VRAM. Ein Teil bleibt im Arbeitsspeicher des Computers, was langsamer ist.
    .one = Ein Teil bleibt im Arbeitsspeicher
models-in-part = Nur zum Teil
    .meaning = Diese passen nicht. Den Rest berechnet der Prozessor, viel langsamer als die GPU.
    .one = Passt nur zum Teil
models-smaller = Diese passen mit einem kleineren Kontext
    .meaning = Ein kleinerer Kontext, oben gewählt, zeigt, was sie belegen.
models-smaller-made-for = für höchstens { $tokens } Token gemacht
models-smaller-fits = { $tokens } Token passen

models-memory = { $vram }; { $ram }.
models-vram = { $vram } VRAM, davon jetzt { $free } frei
# No GPU was asked: an amount was typed.
models-vram-assumed = { $vram } VRAM, davon vermutlich { $free } frei
models-ram = { $ram } Arbeitsspeicher
models-ram-assumed = { $ram } Arbeitsspeicher angenommen
# Read out when the list changed.
models-best = Dieses nehmen: { $model }.
models-why = Von allen Modellen, die hier mit einem Kontext von { $tokens } Token laufen, steht dieses in unserer Rangliste für { $use } an erster Stelle.
models-why-short = Von allen, die auf dieser GPU laufen, an erster Stelle unserer Rangliste für { $use }.

models-placement-gpu = Ganz auf der GPU
models-placement-experts = Auf der GPU, mit { $ram } im Arbeitsspeicher
models-placement-partial = { $share } auf der GPU, der Rest auf dem Prozessor
models-speed = { $slow } bis { $fast } Token pro Sekunde
models-speed-about = Etwa { $speed } Token pro Sekunde

models-card-best = Dieses nehmen
models-card-installed = In Ollama installiert
models-card-not-commercial = Nicht für gewerbliche Nutzung
models-card-larger = Es ist größer als der VRAM, deshalb bleibt ein Teil im Arbeitsspeicher.
models-card-needs = Braucht bis zu { $need } VRAM. Frei sind { $free }.
models-card-takes = Belegter VRAM
models-card-would-take = Benötigter VRAM
models-card-context = Kontext (KV-Cache)
models-card-free = Frei
models-card-runs = Läuft
models-card-speed = Geschwindigkeit
models-card-longest = Längster Kontext
models-card-licence = Lizenz
models-card-fetch-and-run = Herunterladen und starten, Details
models-card-others = Andere Programme, Details
models-card-details = Details
# After one of these three, for users who do not see the card.
models-card-of = zu { $model }
models-card-parameters = Parameter
models-card-billion = { $count } Mrd.
# A model of experts.
models-card-billion-active = { $count } Mrd., davon { $active } Mrd. für jedes Token benutzt
models-card-released = Erschienen
models-card-source = Quelle auf Hugging Face

models-command = Im Terminal, mit { $program }:
    .name = { $model } mit { $program }
models-command-copy = Kopieren
models-command-fetch = Laden
    .name = Den Befehl kopieren, der { $model } mit { $program } herunterlädt
models-command-run = Starten
    .name = Den Befehl kopieren, der { $model } mit { $program } startet
models-command-ollama = Läuft Ollama schon, beende es zuerst: Es liest den Kontext nur beim Start.
    .cache = Läuft Ollama schon, beende es zuerst: Es liest den Kontext und den KV-Cache nur beim Start.

models-words = Was die Wörter bedeuten
models-words-vram = VRAM
    .meaning = Der Speicher der Grafikkarte. Ein Modell, das ganz hineinpasst, ist am schnellsten.
models-words-token = Token
    .meaning = Ein kurzes Wort oder ein Teil eines längeren. Modelle lesen und schreiben Token.
models-words-context = Kontext
    .meaning = Der Text, den ein Modell auf einmal im Blick hat: Fragen, Antworten und Dateien.
models-words-cache = KV-Cache
    .meaning = Der Speicher für diesen Text. Er wächst mit dem Kontext. Kleiner belegt er weniger VRAM und ist weniger genau.
models-words-weights = Modellgewichte
    .meaning = Das Modell selbst, wie es heruntergeladen wird.
models-words-format = Format
    .meaning = Wie stark die Gewichte komprimiert sind, zum Beispiel Q4_K_M. Eine höhere Zahl ist genauer und belegt mehr VRAM.
models-words-working-space = Arbeitsbereich
    .meaning = Was das Programm, in dem das Modell läuft, zusätzlich braucht.
models-words-experts = Experten
    .meaning = Manche Modelle bestehen aus vielen Teilen, den Experten, und benutzen für jedes Token nur wenige davon. Sie können im Arbeitsspeicher bleiben.
models-how = Wie das berechnet wird
    .meaning = Alles gilt für eine GPU. Ein ganzer Balken ist der freie VRAM; wo ein Modell nicht passt, zeigt ein Strich, wie viel frei ist. Die Klammer unter einem Balken zeigt, wie weit die Schätzung danebenliegen kann. Auch die Geschwindigkeit ist geschätzt: die kleinere Zahl mit vollem, die größere mit leerem Kontext.
models-checked = Der Katalog wurde am { $day } geprüft.

## Notices and refusals of the engine

notice-unknown-gpu = Die Einstellungen nennen die GPU „{ $gpu }“, die es nicht gibt. Vorhanden: { $known }.
notice-settings = Einstellungen
measure-running = { $gpu } wird schon gemessen; warte, bis das fertig ist, oder brich es ab.
measure-asker-gone = Das Programm, das die Messung wollte, ist nicht mehr da.
measure-failed = Es wurde nichts gemessen: { $error }.
measure-nothing = Es wurde nichts gemessen.
measure-cancelled = Die Messung wurde abgebrochen.
measure-stopping = GPU Keepalive wird beendet.
measure-stopped = GPU Keepalive war zwischendurch angehalten; miss noch einmal.
measure-slept = Der Computer ist in den Ruhezustand gegangen; miss noch einmal.

## What is wrong with a setting or its file

any-of = { $first } oder { $last }
expected-bool = true oder false
expected-whole = eine ganze Zahl von { $least } bis { $most } { $unit }
expected-number = eine Zahl von { $least } bis { $most } { $unit }
expected-text = ein Text von 1 bis { $most } Zeichen
expected-choices = eine Liste mit beliebigen von { $choices }
expected-texts = eine Liste von Texten
expected-gpus = eine Liste von GPUs, jede mit ihrer Nummer oder ihrer UUID
expected-ai-programs = eine Liste von Programmnamen ohne Ordner, zum Beispiel ["llama-server", "ollama:runner"]
expected-gpus-to-use = eine Liste mit mindestens einer GPU, jede mit ihrer Nummer oder ihrer UUID, zum Beispiel [0, "GPU-5e2c1a34"]; ohne Angabe sind es alle GPUs
expected-strategies = eine Liste mit beliebigen von "standby", "boost", "power_mizer", "context" und "pulse"; [] für keine
found-section = ein Abschnitt
found-sections = eine Liste von Abschnitten
found-entry = eine Liste mit dem Eintrag { $entry }
# Begins with the key, in whose place the window puts the title of the setting.
setting-cannot-be = { $key } kann nicht { $found } sein; erlaubt ist { $expected }
not-a-setting = „{ $key }“ ist keine Einstellung
not-a-setting-but = „{ $key }“ ist keine Einstellung; meintest du { $closest }?
not-a-program = „{ $entry }“ ist kein Programm; gib seinen Namen ohne Ordner an, zum Beispiel llama-server, oder Name:Argument, zum Beispiel ollama:runner
not-a-gpu = „{ $entry }“ ist keine GPU; gib ihre Nummer ab 0 an oder ihre UUID oder deren Anfang, zum Beispiel GPU-5e2c1a34
problem-in-line = { $file }, Zeile { $line }: { $problem }
problem-wrong-value = { $key } ist { $found }; erlaubt ist { $expected }. { $remains }
problem-default-is = Es gilt die Vorgabe { $default }.
problem-default = Es gilt die Vorgabe.
problem-unset = Es bleibt ohne Angabe.
problem-nothing-raises = strategy ist "standby" und hebt den Takt mit boost oder power_mizer an, aber strategy_exclude enthält beide. Es gilt die Vorgabe "auto".
problem-no-section = { $name } ist { $found }; erlaubt ist ein Abschnitt, geschrieben [{ $name }]. Für seine Einstellungen gelten die Vorgaben.
problem-newer = Die Einstellungsdatei hat Version { $found } und stammt von einer neueren Version von GPU Keepalive; diese kennt Version { $known }. Was sie versteht, gilt, und die Datei wird nicht verändert.
problem-version = version ist { $found }; erlaubt ist { $known }. Die Datei wird so gelesen.
problem-unknown = { $key } ist keine Einstellung und hat keine Wirkung.
problem-unknown-but = { $key } ist keine Einstellung und hat keine Wirkung. Meintest du { $closest }?
damage-the-file = Die Datei
damage-settings-file = Die Einstellungsdatei
damage-line = Zeile { $line } der Einstellungsdatei
damage-not-toml = nicht so geschrieben, wie sie sein muss: { $why }
damage-not-utf-8 = kein Text in UTF-8
damage-earlier = { $file } ist { $what }. Die bisherigen Einstellungen gelten weiter, und die Datei wird nicht verändert, bis sie berichtigt ist.
damage-defaults = { $file } ist { $what }. Für alle Einstellungen gelten die Vorgaben, und die Datei wird nicht verändert, bis sie berichtigt ist.
damage-read-only = { $file } ist { $what }. Berichtige sie zuerst; sie wurde nicht verändert.
read-folder = ein Ordner
read-not-a-file = keine gewöhnliche Datei
read-too-large = größer als { $mib } MiB
read-not-readable = nicht lesbar: { $error }

## The tray, its menu and its hints, and the window's title

tray-from-command-line = Von der Befehlszeile gestartet
menu-keep-ready = GPU bereithalten
menu-full-speed = 15 Minuten volle Leistung
menu-pause = Pausieren
menu-pause-15-minutes = Für 15 Minuten
menu-pause-1-hour = Für 1 Stunde
menu-pause-endless = Bis ich fortsetze
menu-resume = Fortsetzen
menu-mode = Modus
menu-holds = Programme, die volle Leistung wollen
menu-end-hold = Anforderung von { $program } beenden
menu-end-hold-unnamed = Anforderung eines Programms beenden
menu-open = Öffnen
menu-setup = Einrichtung …
menu-diagnostics = Diagnose
menu-start-at-login = Beim Anmelden starten
menu-start-at-login-off = Beim Anmelden starten (in den Einstellungen des Desktops aus)
menu-start-at-login-broken = Beim Anmelden starten (der Eintrag funktioniert nicht)
menu-quit = Beenden
menu-close-window = Fenster schließen
menu-quit-app = GPU Keepalive beenden
notification-pause = 1 Stunde pausieren
notification-diagnostics = Diagnose zeigen
hint-still-running = GPU Keepalive läuft weiter
hint-still-running-body = Das Symbol ist im Infobereich: Ein Klick öffnet das Fenster wieder, ein Rechtsklick das Menü. „Beenden“ in diesem Menü schließt das Programm.
hint-no-tray = GPU Keepalive läuft ohne Symbol im Infobereich
hint-no-tray-body = Dieser Desktop zeigt keine Symbole im Infobereich; unter GNOME ergänzt sie die Erweiterung „AppIndicator and KStatusNotifierItem Support“. Starte GPU Keepalive noch einmal, wenn du das Fenster brauchst; in seinem Menü steht „GPU Keepalive beenden“.
hint-refused = GPU Keepalive konnte das nicht tun
window-title-simulated = GPU Keepalive (simuliert)

### The window: overview and diagnostics

## The overview

overview-connecting = Verbindung wird hergestellt …
overview-no-gpu = { $diagnostics } zeigt den Grund. Der Bereich { $models } funktioniert ohne GPU und für jede Menge VRAM.
overview-other-engine = GPU Keepalive wurde in einem Terminal oder als Dienst gestartet, nicht von dieser App. Es läuft weiter, wenn dieses Fenster geschlossen wird.
overview-benchmark = Was es bringt, die GPU bereitzuhalten
announcer-label = Zustand der GPU
badge-with-pstate = { $state }, P-State { $pstate }
banner-lost = Keine Verbindung zu GPU Keepalive.
banner-lost-note = Die Anzeige ist nicht mehr aktuell. Das Fenster verbindet sich von selbst wieder.
controls-label = Schalter
controls-full-speed-note = Vor dem Benutzen der KI, damit die erste Antwort schnell kommt.
controls-pause-for = Pausieren
controls-pause-15-minutes = 15 Minuten
controls-pause-1-hour = 1 Stunde
mode-choice-title = Wann die GPU bereit ist
copy-done = Kopiert
copy-failed = Kopieren war nicht möglich. Der Text lässt sich stattdessen markieren.
fault-card-retry = Nächster Versuch in { $time }.
fault-card-words = In den Worten des Treibers
notices-label = Hinweise
severity-ok = In Ordnung
severity-info = Hinweis
severity-warning = Warnung
severity-error = Fehler
today-label = Heute
today-avoided = { $count ->
        [one] langsamer Start
       *[other] langsame Starts
    } heute vermieden

## What a GPU reports

reading-pstate = P-State
reading-clock = Takt (SM)
reading-sm-clock = SM-Takt
reading-temperature = Temperatur
reading-power = Leistungsaufnahme
reading-load = Auslastung
gpu-card-clock-of = { $now } von { $most }
gpu-card-vram-free = { $free } von { $total } frei
gpu-card-details = Takt, Temperatur, Speicher
gpu-card-kept-by = Was die volle Leistung hält
gpu-card-pulses = Winzige Arbeitsimpulse
gpu-card-attempts = Wie das ermittelt wurde
vram-title = Grafikspeicher (VRAM)
vram-others = Alles andere
vram-free = Frei
vram-ours-unknown = nicht bekannt
vram-free-unknown = { $total }; wie viel frei ist, ist nicht bekannt

## The programs that use a GPU or asked for one

users-title = Wer die GPU benutzt
users-on = auf { $gpu }
users-keeps-awake = hält sie von sich aus wach
users-asked = hat um { $time } volle Leistung angefordert
    .earlier = hat am { $day } um { $time } volle Leistung angefordert
users-end = Beenden
    .of = Anforderung von { $program } beenden

## Energy

energy-title = Energie für das Bereithalten der GPU
energy-today = Heute über den Leerlauf hinaus verbraucht
energy-used = In den letzten { $days } Tagen verbraucht
energy-saved = In den letzten { $days } Tagen gespart
energy-not-measured = Noch nicht gemessen
energy-not-measured-note = Gemessen wird, sobald die GPU eine Weile nichts zu tun hatte. Dazu muss sie ihre Leistungsaufnahme melden.
energy-refused = Die Tage davor sind nicht verfügbar: { $why }
energy-chart-most = Höchster Tageswert: { $energy }
energy-chart-nothing = An keinem dieser Tage wurde über den Leerlauf hinaus Energie verbraucht.
energy-chart-table = Tag für Tag
energy-chart-day = Tag
energy-chart-used = Verbraucht
energy-chart-saved = Gespart
energy-chart-not-measured = nicht gemessen

## The charts

charts-now = jetzt
charts-no-connection = Keine Verbindung
    .now = jetzt, keine Verbindung
charts-state = Zustand
live-chart-title = Letzte 10 Minuten
live-chart-request = Anfrage
live-chart-pulse = Winziger Arbeitsimpuls
live-chart-at-now = jetzt, { $state }
live-chart-asleep = Solange die GPU schläft, wird nichts von ihr gelesen: Das würde sie wecken.
live-chart-nothing = Diese GPU hat in letzter Zeit weder ihre Leistungsaufnahme noch ihren Takt gemeldet.
live-chart-span = { $name }: { $least } bis { $most }
live-chart-not-measured = { $name }: nicht gemessen
more-charts-title = Mehr Diagramme, Minute für Minute
more-charts-ago = Vor

## The benchmark in the window

measurement-start = Messung starten
measurement-again = Noch einmal messen
measurement-other = Eine andere GPU wird gerade gemessen.
measurement-above = Diese GPU wird gerade gemessen. Ihre Karte weiter oben zeigt den Fortschritt.
measurements-done = Gemessen wurden die erste Antwort nach einer Pause und die Leistungsaufnahme, während nichts geschieht.
measurements-skip = Die Messung kann übersprungen und in der Übersicht jederzeit nachgeholt werden.
measurements-no-gpu = Es gibt keine GPU, die gemessen werden kann.
progress-label = { $gpu } wird gemessen
progress-left = Höchstens noch { $time }
running-note = Bis zum Ende der Messung sollte nichts anderes die GPU benutzen.
running-cancel = Abbrechen
ways-label = Alle Wege, die GPU bereitzuhalten
ways-how = Weg
ways-first = Erste Antwort
ways-power = Leistungsaufnahme in Ruhe
ways-memory = Speicher
ways-detail = Was es kostet und bringt
ways-best = hier am besten
ways-not-here = Wege, die auf dieser GPU nicht benutzt werden
bar-table-as-fast = so schnell
picture-right-after = Direkt nach der Arbeit
picture-cold = Nach { $time }, kalt
picture-ready = Nach { $time }, bereit
picture-rest = Pause davor
picture-time = Zeit
picture-compared = Verglichen mit kalt
picture-power = Leistungsaufnahme
picture-power-asleep = Nichts geladen
picture-power-cold = Geladen, kalt
picture-power-ready = Geladen, bereit
picture-remark = Anmerkung
picture-hold-time = So lange bleibt der Takt nach der Arbeit oben: { $time }
picture-held-by-with = Gehalten durch { $means }, belegt { $memory } VRAM
picture-all = Alle Zahlen
picture-date = Gemessen am { $day }
    .simulated = Gemessen am { $day } auf einer simulierten GPU
picture-driver = Treiber { $version }
picture-short = kurze Messung
picture-rounds = { $rounds } { $rounds ->
        [one] Runde
       *[other] Runden
    }

## Diagnostics

diagnostics-again = Noch einmal prüfen
diagnostics-copy = Bericht kopieren
diagnostics-findings = Was im Weg steht
diagnostics-no-doctor = Diese Version von GPU Keepalive sucht noch nicht selbst nach Ursachen.
diagnostics-nothing = Nichts gefunden.
diagnostics-faults = Was der Treiber meldet
diagnostics-computer = Dieser Computer
diagnostics-version = { $version }, läuft seit { $time }
    .simulated = { $version }, auf simulierten GPUs, läuft seit { $time }
diagnostics-power = Stromversorgung
diagnostics-vram-unknown = VRAM nicht bekannt
diagnostics-driver = Treiber { $version }, PCI { $bus }
    .capability = Treiber { $version }, Compute Capability { $capability }, PCI { $bus }
diagnostics-slowdown = Drosselt sich selbst ab { $temperature }
diagnostics-clocks = Was ihren Takt bestimmt, in den Worten des Treibers: { $reasons }
diagnostics-no-gpu = Keine gefunden
diagnostics-log = Neueste Zeilen des Protokolls
diagnostics-log-empty = Das Protokoll ist leer.
diagnostics-log-label = Zeilen des Protokolls
