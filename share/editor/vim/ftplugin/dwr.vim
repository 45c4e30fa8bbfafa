" Rules of offline sync (dwrc): comments, indentation, and gq formats by dwrc.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1
setlocal comments=:///,:// commentstring=//\ %s
setlocal expandtab shiftwidth=4 softtabstop=4 textwidth=100
setlocal makeprg=dwrc\ lint\ --color\ never\ %:p:h:S
setlocal errorformat=%f:%l:%c:\ %trror[%*[A-Z0-9]]:\ %m,%f:%l:%c:\ %tarning[%*[A-Z0-9]]:\ %m
let b:undo_ftplugin = 'setlocal comments< commentstring< expandtab< shiftwidth< softtabstop<'
      \ . ' textwidth< makeprg< errorformat<'
