; Ends the installed programs: first by their own means, then by the Restart Manager, last by force.

Var WasRunning

; Puts 1 into `var` if that program of the folder runs: Windows lets no one write to it then.
!macro IS_RUNNING program var
  StrCpy ${var} 0
  ${If} ${FileExists} "$INSTDIR\${program}"
    ClearErrors
    FileOpen ${var} "$INSTDIR\${program}" a
    ${If} ${Errors}
      StrCpy ${var} 1
    ${Else}
      FileClose ${var}
      StrCpy ${var} 0
    ${EndIf}
    ClearErrors
  ${EndIf}
!macroend

; Waits up to five seconds for its end.
!macro WAIT_FOR_END program
  ${For} $1 1 20
    !insertmacro IS_RUNNING "${program}" $0
    ${If} $0 = 0
      ${Break}
    ${EndIf}
    Sleep 250
  ${Next}
!macroend

; Ends the processes of that program of the folder and of no other.
!macro STOP program
  !insertmacro IS_RUNNING "${program}" $0
  ${If} $0 = 1
    System::Call 'rstrtmgr::RmStartSession(*i .r1, i 0, w .r2) i .r0'
    ${If} $0 = 0
      System::Call '*(w "$INSTDIR\${program}") p .r2'
      System::Call 'rstrtmgr::RmRegisterResources(i r1, i 1, p r2, i 0, p 0, i 0, p 0) i .r0'
      ${If} $0 = 0
        ; 1: also those that do not answer.
        System::Call 'rstrtmgr::RmShutdown(i r1, i 1, p 0) i .r0'
      ${EndIf}
      System::Free $2
      System::Call 'rstrtmgr::RmEndSession(i r1)'
    ${EndIf}
    !insertmacro WAIT_FOR_END "${program}"
    ${If} $0 = 1
      nsExec::Exec 'taskkill /F /IM "${program}"'
      Pop $0
      !insertmacro WAIT_FOR_END "${program}"
    ${EndIf}
  ${EndIf}
!macroend

; Ends the app. The command line is asked to do it: it waits until the GPUs are released.
!macro STOP_APP
  !insertmacro IS_RUNNING "${APP}" $WasRunning
  ${If} $WasRunning = 1
    DetailPrint "$(Ending)"
    nsExec::Exec /TIMEOUT=15000 '"$INSTDIR\${COMMAND_LINE}" quit'
    Pop $0
    !insertmacro WAIT_FOR_END "${APP}"
    !insertmacro STOP "${APP}"
  ${EndIf}
!macroend

; Makes way for a new file of that name. A program that runs, such as `gpu-keepalive serve` around a
; server, is not ended: Windows lets it be renamed, and the next Setup removes it.
!macro MAKE_WAY program
  !insertmacro IS_RUNNING "${program}" $0
  ${If} $0 = 1
    System::Call 'kernel32::GetTickCount() i .r1'
    Rename "$INSTDIR\${program}" "$INSTDIR\${program}.$1.old"
  ${EndIf}
!macroend
