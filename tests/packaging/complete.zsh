#!/usr/bin/env zsh
# Prints what zsh lists when Tab is pressed after a text. Completion in zsh needs a terminal: a second shell on a pseudo
# terminal gets the keys.
#   zsh -f complete.zsh FOLDER-OF-_busbar TEXT
zmodload zsh/zpty
zpty shell "TERM=dumb COLUMNS=200 LINES=200 zsh -f -i"
zpty -w shell "PS1=; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
# Keys that come before the line editor does would be echoed by the terminal instead.
zpty -w shell 'LISTMAX=10000; zle-line-init() { print -n "rea""dy" }; zle -N zle-line-init'
zpty -r shell discard "*ready*"
zpty -w -n shell "$2"$'\t\t'
zpty -w -n shell $'\x15print do"ne"\n'
zpty -r shell found "*done*"
print -r -- "$found" | tr -d '\r\a'
