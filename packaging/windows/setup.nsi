; The Setup program for Windows, for NSIS 3.08. `cargo xtask bundle --windows` compiles it and defines PAYLOAD (the
; folder of the programs), ICONS, OUT, VERSION, NUMBERS (the version without a suffix), PUBLISHER, HOMEPAGE, and SIGN
; where GPU_KEEPALIVE_SIGN has a command that signs.
; Options of the Setup program: /S without questions, /D=FOLDER (last, without quotes) into that folder,
; /LOGIN start the app at login, /NOPATH leave the PATH alone.

Unicode true
; The program is for 64 bits alone, and so is its Setup program.
Target amd64-unicode
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS Win10

!define NAME "GPU Keepalive"
; The identifier in src-tauri/tauri.conf.json.
!define APP_ID "io.github.gpu-keepalive.gpu-keepalive"
!define APP "gpu-keepalive-app.exe"
!define COMMAND_LINE "gpu-keepalive.exe"
!define UNINSTALLER "uninstall.exe"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP_ID}"
!define APP_ID_KEY "Software\Classes\AppUserModelId"
!define SHORTCUT "$SMPROGRAMS\${NAME}.lnk"
!define SETTINGS "$APPDATA\gpu-keepalive"
!define STATE "$LOCALAPPDATA\gpu-keepalive"
; What WebView2 keeps of the window.
!define WINDOW_CACHE "$LOCALAPPDATA\${APP_ID}"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" InstallLocation
BrandingText "${NAME} ${VERSION}"
!ifdef SIGN
; Of both quotes, because makensis turns a backslash into a slash.
!finalize `file="%1"; eval "$GPU_KEEPALIVE_SIGN"' "$file"'` = 0
!uninstfinalize `file="%1"; eval "$GPU_KEEPALIVE_SIGN"' "$file"'` = 0
!endif

!include LogicLib.nsh
!include FileFunc.nsh
!include Sections.nsh
!include WinVer.nsh
!include MUI2.nsh
!include running.nsh
!include shortcut.nsh

Var Upgrade
Var Welcome
Var Removed

!define MUI_ICON "${ICONS}/icon.ico"
!define MUI_UNICON "${ICONS}/icon.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "side.bmp"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "side.bmp"
!define MUI_ABORTWARNING
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_UNFINISHPAGE_NOAUTOCLOSE

!define MUI_WELCOMEPAGE_TEXT "$Welcome"
!insertmacro MUI_PAGE_WELCOME
!define MUI_PAGE_CUSTOMFUNCTION_PRE AskUnlessUpgrade
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TEXT "$(Installed)"
!define MUI_FINISHPAGE_TEXT_LARGE
!define MUI_FINISHPAGE_RUN "$INSTDIR\${APP}"
!define MUI_FINISHPAGE_RUN_TEXT "$(Open)"
!insertmacro MUI_PAGE_FINISH

!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!define MUI_FINISHPAGE_TEXT "$Removed"
!define MUI_FINISHPAGE_TEXT_LARGE
!insertmacro MUI_UNPAGE_FINISH

!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE German
!include texts.nsh

!macro VERSION_INFORMATION language
  VIAddVersionKey /LANG=${language} ProductName "${NAME}"
  VIAddVersionKey /LANG=${language} FileDescription "${NAME} Setup"
  VIAddVersionKey /LANG=${language} CompanyName "${PUBLISHER}"
  VIAddVersionKey /LANG=${language} FileVersion "${VERSION}"
  VIAddVersionKey /LANG=${language} ProductVersion "${VERSION}"
  VIAddVersionKey /LANG=${language} LegalCopyright "MIT licence"
!macroend
VIProductVersion "${NUMBERS}.0"
!insertmacro VERSION_INFORMATION ${LANG_ENGLISH}
!insertmacro VERSION_INFORMATION ${LANG_GERMAN}

; Registry entries in which no text may be cut short are the installed program's work.
!macro ENTER what
  nsExec::ExecToLog '"$INSTDIR\${COMMAND_LINE}" setup ${what}'
  Pop $0
  ${If} $0 <> 0
    DetailPrint "$(NotEntered) ${what} ($0)"
  ${EndIf}
!macroend

; Shells that are opened from now on have the new PATH.
!macro PUBLISH_ENVIRONMENT
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
!macroend

Section "$(Program)" SECTION_PROGRAM
  SectionIn RO
  !insertmacro STOP_APP
  SetOutPath "$INSTDIR"
  Delete "$INSTDIR\*.old"
  !insertmacro MAKE_WAY "${COMMAND_LINE}"
  File "${PAYLOAD}/${COMMAND_LINE}"
  File "${PAYLOAD}/${APP}"
  File "${PAYLOAD}/WebView2Loader.dll"
  File "/oname=icon.png" "${ICONS}/128x128@2x.png"
  File "${PAYLOAD}/LICENSE"
  File "${PAYLOAD}/third-party-licences.txt"
  WriteUninstaller "$INSTDIR\${UNINSTALLER}"

  CreateShortCut "${SHORTCUT}" "$INSTDIR\${APP}" "" "" "" "" "" "$(Comment)"
  !insertmacro SET_APP_ID "${SHORTCUT}" "${APP_ID}"
  ; The name and the picture of notifications.
  WriteRegStr HKCU "${APP_ID_KEY}\${APP_ID}" DisplayName "${NAME}"
  WriteRegStr HKCU "${APP_ID_KEY}\${APP_ID}" IconUri "$INSTDIR\icon.png"

  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegStr HKCU "${UNINSTALL_KEY}" DisplayName "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" DisplayIcon "$INSTDIR\${APP}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" Publisher "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" URLInfoAbout "${HOMEPAGE}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\${UNINSTALLER}"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\${UNINSTALLER}" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" EstimatedSize $0
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" NoRepair 1
SectionEnd

Section "$(Path)" SECTION_PATH
  !insertmacro ENTER path
  !insertmacro PUBLISH_ENVIRONMENT
SectionEnd

Section /o "$(Login)" SECTION_LOGIN
  !insertmacro ENTER login
SectionEnd

Section
  ${If} $WasRunning = 1
    Exec '"$INSTDIR\${APP}" --hidden'
  ${EndIf}
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_PROGRAM} "$(AboutProgram)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_PATH} "$(AboutPath)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_LOGIN} "$(AboutLogin)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END

!macro REFUSE_A_SECOND
  ; Until this process ends.
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "Local\${APP_ID}.setup") p .r0 ?e'
  Pop $0
  ${If} $0 = 183
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(Second)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(TooOld)" /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  !insertmacro REFUSE_A_SECOND
  StrCpy $Upgrade 0
  StrCpy $Welcome "$(WelcomeNew)"
  ${If} ${FileExists} "$INSTDIR\${APP}"
    ; What was chosen then still holds, and what was switched off since stays off.
    StrCpy $Upgrade 1
    StrCpy $Welcome "$(WelcomeUpgrade)"
    !insertmacro UnselectSection ${SECTION_PATH}
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LOGIN" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${SECTION_LOGIN}
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/NOPATH" $1
  ${IfNot} ${Errors}
    !insertmacro UnselectSection ${SECTION_PATH}
  ${EndIf}
FunctionEnd

Function AskUnlessUpgrade
  ${If} $Upgrade = 1
    Abort
  ${EndIf}
FunctionEnd

Section "un.$(Program)" SECTION_UN_PROGRAM
  SectionIn RO
  !insertmacro STOP_APP
  !insertmacro ENTER leave
  !insertmacro PUBLISH_ENVIRONMENT
  Delete "${SHORTCUT}"
  DeleteRegKey HKCU "${APP_ID_KEY}\${APP_ID}"
  DeleteRegKey /ifempty HKCU "${APP_ID_KEY}"
  !insertmacro STOP "${COMMAND_LINE}"
  FindFirst $8 $9 "$INSTDIR\*.old"
  ${DoUntil} $9 == ""
    !insertmacro STOP "$9"
    FindNext $8 $9
  ${Loop}
  FindClose $8
  ; One by one: the folder may be one of the user's.
  Delete "$INSTDIR\*.old"
  Delete "$INSTDIR\${COMMAND_LINE}"
  Delete "$INSTDIR\${APP}"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\icon.png"
  Delete "$INSTDIR\LICENSE"
  Delete "$INSTDIR\third-party-licences.txt"
  Delete "$INSTDIR\${UNINSTALLER}"
  RMDir "$INSTDIR"
  RMDir "$LOCALAPPDATA\Programs"
  RMDir /r "${WINDOW_CACHE}"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  StrCpy $Removed "$(SettingsRemain)"
  DetailPrint "${SETTINGS}"
  DetailPrint "${STATE}"
SectionEnd

Section /o "un.$(Settings)" SECTION_UN_SETTINGS
  RMDir /r "${SETTINGS}"
  RMDir /r "${STATE}"
  StrCpy $Removed "$(NothingRemains)"
SectionEnd

!insertmacro MUI_UNFUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_UN_PROGRAM} "$(AboutProgram)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SECTION_UN_SETTINGS} "$(AboutSettings)"
!insertmacro MUI_UNFUNCTION_DESCRIPTION_END

Function un.onInit
  !insertmacro REFUSE_A_SECOND
FunctionEnd
