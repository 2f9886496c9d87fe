#!/usr/bin/env bash
# The completions do what a user at each shell's prompt expects, and know every command and option of the program.
. "$(dirname "$0")/lib.sh"
readonly manual=$BUILD/manual
[ -f "$manual/busbar.bash" ] || skip "there are no completions: see packaging.package"
PATH=$(dirname "$BUSBAR"):$PATH
commands=$("$BUSBAR" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
options_of() { "$BUSBAR" "$1" --help | grep -oE '^  (-[A-Za-z] \[ )?--[a-z-]+' | grep -oE -- '--[a-z-]+$|--[a-z-]+'; }
expect "commands" test "$(wc -l <<<"$commands")" -gt 5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/a_folder" && touch "$folder/site.yaml"
cd "$folder"

step "bash"
complete_bash() {  # complete_bash WORD…: what the last word may become
  bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _busbar; printf "%s\n" "${COMPREPLY[@]}"' \
    "$manual/busbar.bash" "$@"
}
for command in $commands; do
  expect_text "^$command\$" "$(complete_bash busbar "")"
  for option in $(options_of "$command"); do
    expect_text "^$option\$" "$(complete_bash busbar "$command" --)"
  done
done
expect_text '^status$' "$(complete_bash busbar stat)"
refuse_text '^run$' "$(complete_bash busbar stat)"
expect_text '^--once$' "$(complete_bash busbar --on)"
expect_text '^site.yaml$' "$(complete_bash busbar --config "")"
expect_text '^jsonl$' "$(complete_bash busbar status --format "")"
expect_text '^jsonl$' "$(complete_bash busbar status --format = jsonl)"
expect_text '^warning$' "$(complete_bash busbar status -l "")"
expect_text '^orion1000$' "$(complete_bash busbar decode --profile "")"
expect_text '^explain$' "$(complete_bash busbar profile e)"
refuse_text 'site.yaml' "$(complete_bash busbar profile check --profiles "")"
refuse_text '.' "$(complete_bash busbar status --address "")"

step "fish"
if command -v fish >/dev/null; then
  complete_fish() { HOME=$folder fish --no-config -c "source '$manual/busbar.fish'; complete -C '$1'"; }
  names=$(complete_fish 'busbar ')
  for command in $commands; do
    expect_text "^$command	" "$names"
    flags=$(complete_fish "busbar $command --")
    for option in $(options_of "$command"); do expect_text "^$option(	|=|\$)" "$flags"; done
  done
  expect_text '^jsonl\b' "$(complete_fish 'busbar status --format ')"
  expect_text '^site.yaml' "$(complete_fish 'busbar --config ')"
  expect_text '^orion1000\b' "$(complete_fish 'busbar decode -p ')"
else
  missing+=" fish"
fi

step "zsh"
if command -v zsh >/dev/null; then
  complete_zsh() { HOME=$folder timeout 30 zsh -f "$source_folder/tests/packaging/complete.zsh" "$manual" "$1"; }
  names=$(complete_zsh 'busbar ')
  for command in $commands; do expect_text "^$command +-- " "$names"; done
  expect_text '^--profiles +-- ' "$(complete_zsh 'busbar decode --p')"
  expect_text '^json +jsonl +table' "$(complete_zsh 'busbar status --format ')"
  expect_text '(^| )orion1000( |$)' "$(complete_zsh 'busbar decode -p ')"
else
  missing+=" zsh"
fi
[ -z "${missing:-}" ] || skip "bash is fine, but not tried for want of the shell:$missing"
