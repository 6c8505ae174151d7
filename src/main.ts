// One door: `main.ts start | demo | api | worker | migrate | operator-key | master-key | openapi`; signals in, exit code out.
import { readConfig, type Config } from './config.ts'
import { commands, type CommandName } from './commands.ts'
import { explainFailure } from './explain-failure.ts'

const [name = 'start', ...rest] = process.argv.slice(2)

const known = Object.entries(commands).map(([known, { says }]) => `\n  ${known.padEnd(14)} ${says}`).join('')
if (['help', '--help', '-h'].includes(name)) {
  console.log(`kahub itself; settings are environment variables, told in README.md. Commands:${known}`)
  process.exit()
}
if (!Object.hasOwn(commands, name)) {
  console.error(`There is no command ${JSON.stringify(name)}. Commands:${known}`)
  process.exit(2)
}

const stopping = new AbortController()
let signals = 0
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second Ctrl-C does not wait.
    if (++signals > 1) process.exit(130)
    stopping.abort()
  })
}

let config: Config | undefined
try {
  config = readConfig(process.env)
  process.exitCode = await commands[name as CommandName].run(config, stopping.signal, rest)
} catch (error) {
  console.error(`kahub: ${explainFailure(error, config)}`)
  if (config?.logLevel === 'debug') console.error(error)
  process.exitCode = 1
}
// What was printed into a pipe is read first; a reader that has gone does not hold us up.
await new Promise(resolve => process.stdout.on('error', resolve).write('', resolve))
// What is left holding the loop open (a keep-alive socket, an idle timer) has nothing more to do.
process.exit()
