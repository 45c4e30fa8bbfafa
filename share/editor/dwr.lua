-- dwr.lua - Neovim, 0.7 and later: rule files with `dwrc lsp`. In init.lua:
--
--     dofile("/usr/local/share/dwr/editor/dwr.lua")
--
-- Findings while typing, completion with CTRL-X CTRL-O, and the keys below in rule files only. Set
-- vim.g.dwrc where the program is not called `dwrc`, vim.g.dwr_schema where the DocTypes'
-- definitions are not in a folder `schema` beside the rules: an app's folder, or a list of them.

vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
    pattern = "*.dwr",
    callback = function() vim.bo.filetype = "dwr" end,
})

local client

-- As whole paths: the server takes others to be in the folder of the rules.
local function schemas()
    local folders = vim.g.dwr_schema
    if type(folders) == "string" then
        folders = { folders }
    end
    return folders and vim.tbl_map(function(folder)
        return vim.fn.fnamemodify(folder, ":p")
    end, folders)
end

local function keys(buffer)
    local map = function(key, what)
        vim.keymap.set("n", key, what, { buffer = buffer })
    end
    map("K", vim.lsp.buf.hover)
    map("gd", vim.lsp.buf.definition)
    map("gr", vim.lsp.buf.references)
    map("gO", vim.lsp.buf.document_symbol)
    map("<F2>", vim.lsp.buf.rename)
    map("<F4>", vim.lsp.buf.code_action)
end

vim.api.nvim_create_autocmd("FileType", {
    pattern = "dwr",
    callback = function(event)
        if not client or vim.lsp.client_is_stopped(client) then
            client = vim.lsp.start_client({
                name = "dwrc",
                cmd = { vim.g.dwrc or "dwrc", "lsp" },
                root_dir = vim.fn.fnamemodify(event.file, ":p:h"),
                init_options = { schema = schemas() },
            })
        end
        if not client then
            return
        end
        vim.lsp.buf_attach_client(event.buf, client)
        vim.bo[event.buf].omnifunc = "v:lua.vim.lsp.omnifunc"
        vim.bo[event.buf].commentstring = "// %s"
        vim.bo[event.buf].shiftwidth = 4
        vim.bo[event.buf].expandtab = true
        keys(event.buf)
    end,
})
