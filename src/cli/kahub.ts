// The operator's command, a client of the operator API: words in, exit code out (0 done, 1 refused, 2 usage, 3 unreachable).
import { say } from './output.ts'
import { kahubProgram, orientation } from './program.ts'
import { tellFailure } from './tell-failure.ts'

// `kahub lots list | head` ends the reader first; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(0) })

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second Ctrl-C does not wait.
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
}

const words = process.argv
try {
  if (words.length === 2) say(orientation)
  else await kahubProgram(process.env, stopping.signal).parseAsync(words)
} catch (error) {
  process.exitCode = tellFailure(error, words.includes('--json') ? 'json' : 'text')
}
