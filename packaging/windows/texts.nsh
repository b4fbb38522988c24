; Every text of the Setup program that is ours, in the languages of the app. makensis -WX fails where one lacks.

!macro TEXT name english german
  LangString ${name} ${LANG_ENGLISH} "${english}"
  LangString ${name} ${LANG_GERMAN} "${german}"
!macroend
!define TEXT "!insertmacro TEXT"

${TEXT} WelcomeNew \
  "GPU Keepalive ${VERSION} is installed for you alone, without an administrator, into$\r$\n$\r$\n$INSTDIR" \
  "GPU Keepalive ${VERSION} wird für dieses Benutzerkonto allein installiert, ohne Administrator, in den \
Ordner$\r$\n$\r$\n$INSTDIR"
${TEXT} WelcomeUpgrade \
  "Version ${VERSION} replaces the one that is installed. Your settings stay as they are. If GPU Keepalive is \
running, it is ended for this and started again." \
  "Version ${VERSION} ersetzt die installierte. Die Einstellungen bleiben, wie sie sind. Läuft GPU Keepalive, \
so wird es dafür beendet und wieder gestartet."
${TEXT} Program "GPU Keepalive" "GPU Keepalive"
${TEXT} Path "“gpu-keepalive” in every terminal" "„gpu-keepalive“ in jedem Terminal"
${TEXT} Login "Start at login" "Beim Anmelden starten"
${TEXT} Settings "Settings and records" "Einstellungen und Aufzeichnungen"
${TEXT} AboutProgram "The app with its entry in the Start menu, and the command line." \
  "Die App mit ihrem Eintrag im Startmenü und die Befehlszeile."
${TEXT} AboutPath "Adds the folder to the PATH of your user. Terminals that are open already do not have it." \
  "Nimmt den Ordner in den PATH dieses Benutzerkontos auf. Terminals, die schon offen sind, kennen ihn nicht."
${TEXT} AboutLogin "Starts the app without a window when you log in. The app's settings change it later." \
  "Startet die App bei der Anmeldung, ohne Fenster. In den Einstellungen der App lässt sich das ändern."
${TEXT} AboutSettings "Also deletes your settings, what was learned about your GPUs, and the energy by day." \
  "Löscht auch die Einstellungen, was über die GPUs gelernt wurde, und den Energieverbrauch je Tag."
${TEXT} Comment "Keeps the GPU ready for local AI" "Hält die GPU für lokale KI bereit"
${TEXT} Open "Open GPU Keepalive" "GPU Keepalive öffnen"
${TEXT} Installed \
  "GPU Keepalive is an icon in the taskbar. Windows puts new icons behind the arrow (^) beside the clock: drag it \
from there onto the taskbar to keep it in sight." \
  "GPU Keepalive ist ein Symbol in der Taskleiste. Windows legt neue Symbole hinter den Pfeil (^) neben der Uhr: Von \
dort auf die Taskleiste gezogen, bleibt es sichtbar."
${TEXT} SettingsRemain \
  "GPU Keepalive was removed. Your settings and records are still in$\r$\n$\r$\n${SETTINGS}$\r$\n${STATE}" \
  "GPU Keepalive wurde entfernt. Einstellungen und Aufzeichnungen sind noch in$\r$\n$\r$\n${SETTINGS}$\r$\n${STATE}"
${TEXT} NothingRemains "GPU Keepalive was removed with your settings and records." \
  "GPU Keepalive wurde mit allen Einstellungen und Aufzeichnungen entfernt."
${TEXT} Ending "Ending GPU Keepalive" "GPU Keepalive wird beendet"
${TEXT} NotEntered "Not entered in the registry:" "Nicht in die Registrierung eingetragen:"
${TEXT} TooOld "GPU Keepalive needs Windows 10 or later." "GPU Keepalive benötigt Windows 10 oder neuer."
${TEXT} Second "Setup is running already." "Das Setup läuft bereits."
