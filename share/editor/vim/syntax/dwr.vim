" Rules of offline sync (dwrc).
if exists('b:current_syntax')
  finish
endif

" The words of the language. Each may also be the name of a field: those that begin a statement are
" words there alone.
syntax match dwrBlock /\%(^\|[{;}]\)\@<=\s*\zs\<\%(ruleset\|sync\|attachments\|retry\|default\|doctype\|test\|child\|tombstone\|effect\|fields\)\>/
syntax match dwrRule /\%(^\|[{;}]\)\@<=\s*\zs\<\%(server_wins\|client_wins\|last_write_wins\|first_write_wins\|manual\|merge_text\|union\|keep_both\|sum\|max\|min\|immutable\|server_only\)\>/
syntax match dwrStatement /\%(^\|[{;}]\)\@<=\s*\zs\<\%(strategy\|otherwise\|meta\|lock\|no_overlap\|notify\|link\|current\|as_of\|push_priority\|offline\|branch\|reason\|hint\|provisional\|watch\|set\|key\|order_by\|on_same_key\|count_into\|removes\|append_only\|hold\|allow_delete\|soft_delete\|ttl\|delete_wins_over_update\|archive_after\|create\|max_offline\|force_reauth\|batch_size\|manual_timeout\|notify_channel\|change_retention\|feed_limit\|auto_sync_max\|always_sync\|defer_sync\|thumbnails\|on_conflict\|local_cache\|backoff\|max_attempts\|base\|server\|client\|op\|client_ts\|server_ts\|now\|server_role\|client_role\|client_user\|expect\)\>/
syntax match dwrStrategy /\%(\<\%(strategy\|otherwise\|on_same_key\)\s\+\)\@<=\<\%(server_wins\|server_only\|client_wins\|last_write_wins\|first_write_wins\|field_level\|manual_resolve\|append_only\|version_all\|manual\|merge_text\|union\|keep_both\|sum\|max\|min\|immutable\|fields\)\>/
syntax keyword dwrOperator and or not in is when unless changes becomes created except refresh ranked together
syntax keyword dwrWord version for then evict by from to minutes seconds hours conflict of version_field update delete outcome code notification
syntax keyword dwrConstant yes no true false null
syntax match dwrSide /\<\%(server\|client\|base\)\ze\s*\./

syntax match dwrNumber /\<\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?\>/
syntax match dwrNumber /\<\d\+\%([smhd]\|B\|KB\|MB\|GB\)\>/
syntax match dwrEscape contained /\\\%(["\\\/bfnrt]\|u\x\{4}\)/
syntax region dwrString start=/"/ skip=/\\./ end=/"\|$/ contains=dwrEscape
syntax match dwrDirective contained /dwrc:\s*allow([^)]*)/
syntax match dwrComment "//.*$" contains=dwrDirective,@Spell
syntax match dwrDoc "///\%([^/].*\)\?$" contains=@Spell

highlight default link dwrBlock Structure
highlight default link dwrRule Keyword
highlight default link dwrStatement Statement
highlight default link dwrStrategy Type
highlight default link dwrOperator Operator
highlight default link dwrWord Label
highlight default link dwrConstant Boolean
highlight default link dwrSide Identifier
highlight default link dwrNumber Number
highlight default link dwrString String
highlight default link dwrEscape SpecialChar
highlight default link dwrComment Comment
highlight default link dwrDoc SpecialComment
highlight default link dwrDirective PreProc

let b:current_syntax = 'dwr'
