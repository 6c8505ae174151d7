// A developer's machine as an endpoint: the events of a reseller come over the stream and go on to an address of this machine, signed
// as kahub signs them, so that a receiver can be written before it has a public address.
import type { Command } from 'commander'
import pc from 'picocolors'
import { eventTypes } from '../../../schema/vocabulary.ts'
import { AbortedError, webhooks, type Event } from '../../../sdk/src/index.ts'
import { wholeNumber, words } from '../arguments.ts'
import { examples } from '../examples.ts'
import { UsageError } from '../failures.ts'
import { printJsonLine, say } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

/** As long as kahub itself waits. */
const forwardMsMax = 15_000
/** This machine, in the place of an endpoint's id. */
const ownEndpoint = `ep_${'0'.repeat(26)}`

interface ListenOptions {
  readonly forward?: string
  readonly types?: readonly string[]
  readonly after?: number
  readonly secret?: string
}

/** kahub listen. */
export function addListen (program: Command, run: RunWith<ResellerSession>): void {
  examples(
    program
      .command('listen')
      .description('show the events of a reseller as they become true, and forward them to an address of this machine')
      .option('--forward <url>', 'where to send them, signed as callbacks are')
      .option('--types <list>', 'only these types, divided by commas', words)
      .option('--after <sequence>', 'begin behind this sequence of the feed; with the next event when left out', wholeNumber)
      .option('--secret <secret>', 'what to sign with (whsec_…); a new one when left out'),
    'kahub listen --forward http://127.0.0.1:3000/hook',
    'kahub listen --types order.completed,order.partial --credentials acme.json'
  ).action(run(listen))
}

async function listen (session: ResellerSession, options: ListenOptions): Promise<void> {
  const { forward, after } = options
  const types = options.types as typeof eventTypes[number][] | undefined
  const unknown = types?.find(type => !eventTypes.includes(type))
  if (unknown !== undefined) throw new UsageError(`There is no type ${unknown}. The types are ${eventTypes.join(', ')}.`)
  if (forward !== undefined && !/^https?:\/\//.test(forward)) {
    throw new UsageError('--forward takes a whole address, as in http://127.0.0.1:3000/hook.')
  }
  const secret = options.secret ?? webhooks.newSecret()
  // A secret that cannot sign is refused now, not at the first event.
  await webhooks.signForTest({}, { secret })
  if (session.form === 'text') {
    say(`Listening to ${session.url} with ${session.keyId}. Ctrl-C ends it.`)
    if (forward !== undefined) say(`The secret of these callbacks: ${pc.bold(secret)}`)
  }
  let sequence = 0
  try {
    for await (const event of session.kahub.events.stream({ types, after }, { signal: session.stop })) {
      const outcome = forward === undefined ? undefined : await send(forward, secret, event, ++sequence, session.stop)
      if (session.form === 'json') printJsonLine({ ...event, ...(outcome !== undefined && { forwarded: outcome }) })
      else say(lineOf(event, outcome))
    }
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error
  }
}

interface Outcome { readonly status: number | null, readonly ms: number, readonly error?: string }

/** Sends one event once: a receiver that is being written is not asked again for three days. */
async function send (url: string, secret: string, event: Event, sequence: number, stop: AbortSignal): Promise<Outcome> {
  const callback = { ...event, endpoint: ownEndpoint, sequence, event_sequence: event.sequence }
  const { body, headers } = await webhooks.signForTest(callback, { secret, id: event.id.replace(/^evt_/, 'dlv_') })
  const startedMs = performance.now()
  const after = () => Math.round(performance.now() - startedMs)
  try {
    const answer = await fetch(url, {
      method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.any([stop, AbortSignal.timeout(forwardMsMax)])
    })
    await answer.body?.cancel()
    return { status: answer.status, ms: after() }
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } }
    return { status: null, ms: after(), error: cause?.code ?? message }
  }
}

function lineOf ({ timestamp, sequence, type }: Event, outcome: Outcome | undefined): string {
  const line = `${timestamp.slice(11, 19)}  ${String(sequence).padStart(6)}  ${type.padEnd(24)}`
  return outcome === undefined ? line.trimEnd() : line + shown(outcome)
}

function shown ({ status, ms, error }: Outcome): string {
  if (status === null) return `${pc.red('→ no answer')} (${error})`
  return `${status >= 200 && status < 300 ? pc.green(`→ ${status}`) : pc.red(`→ ${status}`)} in ${ms} ms`
}
