-- editor_test.lua - a person at Neovim with share/editor/dwr.lua: opens rules, reads the findings,
-- completes, renames, formats. Run by editor_test.sh, which gives DWRC, SETUP and RULES.

local passed, failed = 0, 0

local function check(what, good, got)
    if good then
        passed = passed + 1
    else
        failed = failed + 1
        print("editor_test: " .. what .. ": " .. vim.inspect(got))
    end
end

local function wait(condition)
    return vim.wait(10000, condition, 20)
end

vim.g.dwrc = vim.env.DWRC
dofile(vim.env.SETUP)
vim.cmd("filetype on")
vim.cmd("edit " .. vim.env.RULES .. "/visits.dwr")
check("the file's type", vim.bo.filetype == "dwr", vim.bo.filetype)
check("the server starts", wait(function()
    local clients = vim.lsp.buf_get_clients(0)
    return next(clients) ~= nil and select(2, next(clients)).initialized
end), vim.lsp.buf_get_clients(0))

local function text()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
end

local function codes()
    local list = {}
    for _, d in ipairs(vim.diagnostic.get(0)) do
        list[d.code or d.user_data.lsp.code] = d
    end
    return list
end

-- A mistake is found where it is.
check("a finding", wait(function() return codes()["DW0001"] end), codes())
local finding = codes()["DW0001"] or {}
check("its line and column", finding.lnum == 1 and finding.col == 16, finding)

-- It is corrected by typing, and goes away.
vim.cmd([[%s/field_levl/field_level/]])
check("no finding any more", wait(function() return not codes()["DW0001"] end), codes())

local function ask(method, line, column, more)
    vim.api.nvim_win_set_cursor(0, { line, column })
    local params = vim.tbl_extend("force", vim.lsp.util.make_position_params(), more or {})
    local answers = vim.lsp.buf_request_sync(0, "textDocument/" .. method, params, 10000) or {}
    local _, answer = next(answers)
    return answer and answer.result
end

local hover = ask("hover", 4, 18)
check("hover", hover and hover.contents.value:find("report"), hover)

-- CTRL-X CTRL-O, as a person presses it.
vim.api.nvim_win_set_cursor(0, { 5, 0 })
vim.bo.omnifunc = "v:lua.vim.lsp.omnifunc"
local items = ask("completion", 5, 0)
local labels = {}
for _, item in ipairs(items and items.items or {}) do
    labels[item.label] = true
end
check("completion", labels["server_wins"] and labels["child"] and not labels["doctype"], labels)

local place = ask("definition", 11, 20)
check("definition", place and (place[1] or place).range.start.line == 3, place)

-- F2.
vim.api.nvim_win_set_cursor(0, { 4, 18 })
vim.lsp.buf.rename("findings")
check("rename", wait(function()
    return text():find("client_wins findings;") and text():find('"findings": "b"')
end), text())

vim.lsp.buf.formatting_sync({}, 10000)
check("formatting", text():find("\n    notify conflict;\n"), text())
vim.cmd("silent write")
check("the file is written", table.concat(vim.fn.readfile(vim.fn.expand("%")), "\n") == text(), text())

print(("editor_test: %d passed, %d failed"):format(passed, failed))
vim.cmd(failed == 0 and "qall!" or "cquit!")
