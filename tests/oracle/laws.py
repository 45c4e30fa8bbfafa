def broken(ruleset, line, answer): return []
