"""Completions for bash, zsh and fish: commands, options and what may follow them."""

from help_text import Command, Option, Program

PROFILES = r"busbar profile list 2>/dev/null | sed -n 's/^\([a-z][a-z0-9_]*\) .*/\1/p'"
HEAD = "# Completion of busbar; generated from its --help.\n"


def kind(option: Option) -> str:
    """What a value is: 'words', 'profiles', 'files', 'directories', 'text', or '' for a flag."""
    if not option.metavariable:
        return ""
    if option.words:
        return "words"
    if option.long == "profile":
        return "profiles"
    return {"FILE": "files", "PATH": "files", "DIRECTORY": "directories"}.get(option.metavariable, "text")


def takes_files(command: Command) -> bool:
    return any(argument.name == "FILE" for argument in command.arguments) or "FILE…" in command.usage


def first_words(command: Command) -> list[str]:
    return command.arguments[0].words if command.arguments else []


def options_of(command: Command) -> list[str]:
    return [name for option in command.options for name in option.names]


# --- bash
def bash(program: Program) -> str:
    out = [HEAD + "_busbar() {", '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command',
           "  # --name=value comes as three words",
           '  if [ "$cur" = = ]; then cur=; elif [ "$prev" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi',
           "  COMPREPLY=()",
           "  case ${COMP_WORDS[1]} in",
           f"    {'|'.join(command.name for command in program.commands)}) command=${{COMP_WORDS[1]}} ;;",
           "    *) command=run ;;",
           "  esac",
           '  case $command:$prev in']
    for command in program.commands:
        for option in filter(kind, command.options):
            pattern = "|".join(f"{command.name}:{name}" for name in option.names)
            reply = {
                "words": f'compgen -W "{" ".join(option.words)}" -- "$cur"',
                "profiles": f'compgen -W "$({PROFILES})" -- "$cur"',
                "files": 'compgen -f -- "$cur"',
                "directories": 'compgen -d -- "$cur"',
                "text": "",
            }[kind(option)]
            names = "compopt -o filenames 2>/dev/null; " if kind(option) in ("files", "directories") else ""
            fill = f"mapfile -t COMPREPLY < <({reply}); " if reply else ""
            out.append(f"    {pattern}) {names}{fill}return ;;")
    commands = " ".join(command.name for command in program.commands)
    out += ["  esac",
            f'  if [ "$COMP_CWORD" = 1 ] && [[ $cur != -* ]]; then '
            f'mapfile -t COMPREPLY < <(compgen -W "{commands}" -- "$cur"); return; fi',
            "  case $command in"]
    for command in program.commands:
        words = " ".join([*options_of(command), *first_words(command)])
        files = ' compgen -f -- "$cur";' if takes_files(command) else ""
        out.append(f'    {command.name}) mapfile -t COMPREPLY < <(compgen -W "{words}" -- "$cur";{files}) ;;')
    out += ["  esac", "}", "complete -F _busbar busbar"]
    return "\n".join(out) + "\n"


# --- zsh
def zsh_quote(text: str) -> str:
    for character in "\\[]:":
        text = text.replace(character, "\\" + character)
    return text.replace("'", r"'\''")


def zsh_value(option: Option) -> str:
    action = {
        "words": f"({' '.join(option.words)})",
        "profiles": "_busbar_profiles",
        "files": "_files",
        "directories": "_files -/",
        "text": " ",
    }.get(kind(option))
    return f":{zsh_quote(option.metavariable)}:{action}" if action else ""


def zsh_option(option: Option) -> str:
    text = f"'[{zsh_quote(option.help)}]{zsh_value(option)}'"
    if not option.short:
        return f"--{option.long}{text}"
    return f"'(-{option.short} --{option.long})'{{-{option.short},--{option.long}}}{text}"


def zsh(program: Program) -> str:
    out = ["#compdef busbar", HEAD + "_busbar_profiles() {", f"  compadd -- ${{(f)\"$({PROFILES})\"}}", "}", "_busbar() {",
           "  local -a commands=("]
    out += [f"    '{zsh_quote(command.name)}:{zsh_quote(command.summary)}'" for command in program.commands]
    out += ["  )", "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then _describe command commands; return; fi",
            "  local command=run",
            "  if [[ $words[2] != -* ]]; then command=$words[2]; shift words; (( CURRENT-- )); fi",
            "  case $command in"]
    for command in program.commands:
        out.append(f"    {command.name}) _arguments \\")
        out += [f"      {zsh_option(option)} \\" for option in command.options]
        words = first_words(command)
        action = f"({' '.join(words)})" if words else "_files" if takes_files(command) else " "
        out.append(f"      '1:argument:{action}' '*:argument:{'_files' if takes_files(command) else ' '}' ;;")
    out += ["  esac", "}", '_busbar "$@"']
    return "\n".join(out) + "\n"


# --- fish
def fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish(program: Program) -> str:
    out = [HEAD + "complete -c busbar -f"]
    names = " ".join(command.name for command in program.commands)
    for command in program.commands:
        out.append(f"complete -c busbar -n __fish_use_subcommand -a {command.name} -d {fish_quote(command.summary)}")
    for command in program.commands:
        seen = f"__fish_seen_subcommand_from {command.name}"
        when = fish_quote(f"{seen}; or not __fish_seen_subcommand_from {names}" if command.name == "run" else seen)
        for option in command.options:
            value = {
                "": "", "words": f" -x -a {fish_quote(' '.join(option.words))}", "profiles": f" -x -a \"({PROFILES})\"",
                "files": " -r -F", "directories": " -x -a '(__fish_complete_directories)'", "text": " -x",
            }[kind(option)]
            short = f" -s {option.short}" if option.short else ""
            out.append(f"complete -c busbar -n {when}{short} -l {option.long}{value} -d {fish_quote(option.help)}")
        if first_words(command):
            out.append(f"complete -c busbar -n {when} -a {fish_quote(' '.join(first_words(command)))}")
        if takes_files(command):
            out.append(f"complete -c busbar -n {when} -F")
    return "\n".join(out) + "\n"
