autocmd BufRead,BufNewFile *.dwr setfiletype dwr
