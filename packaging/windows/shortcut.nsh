; Windows shows notifications under a name only if a shortcut in the Start menu has the id of their app.

!include Win\COM.nsh
!include Win\Propkey.nsh

; Gives that shortcut the id. Where the shell cannot do that, such as in wine, the shortcut stays as it is.
!macro SET_APP_ID shortcut id
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}", .r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${shortcut}", ${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}", .r2)'
      ${If} $2 P<> 0
        ; A PROPVARIANT that points to the text; SetValue copies both.
        System::Call '*(&w${NSIS_MAX_STRLEN} "${id}") p .r3'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID}) p .r4'
        System::Call '*(&i2 ${VT_LPWSTR}, &i6 0, p r3, p 0) p .r5'
        ${IPropertyStore::SetValue} $2 '(r4, r5)'
        ${IPropertyStore::Commit} $2 ""
        System::Free $5
        System::Free $4
        System::Free $3
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("${shortcut}", 1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
!macroend
