import { defineCommand } from '../grammar/command.ts'
import { wordArgument } from '../grammar/option.ts'

/** Each asks `cairn __complete` with the words so far. */
const scripts = {
  bash: `_cairn() {
  local IFS=$'\\n'
  local found=($(cairn __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [[ "\${found[0]}" == ':files' ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
  else
    COMPREPLY=("\${found[@]}")
  fi
}
complete -F _cairn cairn`,
  zsh: `#compdef cairn
_cairn() {
  local -a found
  found=(\${(f)"$(cairn __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if [[ "\${found[1]}" == ':files' ]]; then _files; else compadd -a found; fi
}
compdef _cairn cairn`,
  fish: `function __cairn_complete
  set -l found (cairn __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)
  if test "$found[1]" = ':files'
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c cairn -f -a '(__cairn_complete)'`,
}

type Shell = keyof typeof scripts

const shells: readonly Shell[] = ['bash', 'zsh', 'fish']

export const command = defineCommand({
  arguments: { shell: wordArgument('SHELL', `${shells.join(', ')}.`, shells) },
  description:
    'Prints a script for the shell: commands, options, and names that the server has, by the key of completion.',
  examples: ['cairn completion bash', 'cairn completion fish'],
  run: async ({ args }, session) => session.output.line(scripts[args.shell]),
})
