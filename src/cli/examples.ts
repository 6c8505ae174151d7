import type { Command } from 'commander'

/** Ends a command's help with examples, as they are typed. */
export function examples (command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\n${lines.length > 1 ? 'Examples' : 'Example'}:\n${lines.map(line => `  ${line}`).join('\n')}`)
}
