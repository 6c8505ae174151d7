import { Option, type Command } from 'commander'
import { sessionStates, type SessionState } from '../../../schema/vocabulary.ts'
import type { Session } from '../../../sdk/src/generated/types.ts'
import { examples } from '../examples.ts'
import { findHost, findSession } from '../find-own.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { countText, printRecord, timeText, type Column, type Form } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'

interface SessionOptions { readonly host?: string, readonly starts?: string, readonly title?: string, readonly reference?: string }

interface SessionsOptions extends ListOptions { readonly state?: SessionState, readonly host?: string }

/** kahub sessions. */
export function addSessions (program: Command, run: RunWith<ResellerSession>): void {
  const sessions = program.command('sessions').alias('session').description('streams, by which sales are counted and settled')

  examples(
    sessions
      .command('create <title>')
      .description('begin a session; its addresses for the host and the streaming software are shown')
      .option('--host <host>', 'who sells in it, by id or exact name')
      .option('--starts <time>', 'when it begins, as in 2027-11-11T20:00:00+08:00; now when left out')
      .option('--reference <text>', 'your own number for it: the same again gives the same session'),
    'kahub sessions create "11.11 evening" --host "Xiao Ming" --starts 2027-11-11T20:00:00+08:00'
  ).action(
    run(async ({ kahub, form }, title: string, { host, starts, reference }: SessionOptions) => {
      const hostId = host === undefined ? undefined : (await findHost(kahub, host)).id
      printSession(form, await kahub.sessions.create({ reference, title, host: hostId, starts_at: starts }))
    })
  )

  examples(
    listOptions(
      sessions.command('list').description('list the sessions, newest first')
        .addOption(new Option('--state <state>', 'only those in a state').choices(sessionStates))
        .option('--host <host>', 'only those of a host, by id or exact name')
    ),
    'kahub sessions list --state live'
  ).action(
    run(async (session, { state, host, ...options }: SessionsOptions) => {
      const hostId = host === undefined ? undefined : (await findHost(session.kahub, host)).id
      const list = session.kahub.sessions.list({ limit: pageRowsMax, state, host: hostId })
      await printList(session, options, list, sessionColumns, 'There is no such session: kahub sessions create makes one.')
    })
  )

  examples(sessions.command('get <session>').description('show a session, named by id or exact title'), 'kahub sessions get "11.11 evening"').action(
    run(async ({ kahub, form }, session: string) => printSession(form, await findSession(kahub, session)))
  )

  examples(
    sessions
      .command('edit <session>')
      .description('change a session that has not ended')
      .option('--title <title>', 'its new title')
      .option('--host <host>', 'who sells in it, by id or exact name; none: nobody')
      .option('--starts <time>', 'when it begins'),
    'kahub sessions edit "11.11 evening" --starts 2027-11-11T21:00:00+08:00'
  ).action(
    run(async ({ kahub, form }, named: string, { title, host, starts }: SessionOptions) => {
      const { id } = await findSession(kahub, named)
      const hostId = host === undefined ? undefined : host === 'none' ? null : (await findHost(kahub, host)).id
      printSession(form, await kahub.sessions.update(id, { title, host: hostId, starts_at: starts }))
    })
  )

  examples(sessions.command('end <session>').description('end a session; its links go on until they end'), 'kahub sessions end "11.11 evening"').action(
    run(async ({ kahub, form }, session: string) => printSession(form, await kahub.sessions.end((await findSession(kahub, session)).id)))
  )

  examples(
    sessions.command('rotate-addresses <session>').description('give its live page and overlay new addresses; the old ones open nothing any more'),
    'kahub sessions rotate-addresses "11.11 evening"'
  ).action(
    run(async ({ kahub, form }, session: string) => printSession(form, await kahub.sessions.rotateAddresses((await findSession(kahub, session)).id)))
  )
}

function printSession (form: Form, session: Session): void {
  printRecord(form, session, `${session.title} (${session.state})`, [
    ['session', session.id],
    ['host', session.host],
    ['starts (UTC)', timeText(session.starts_at)],
    ['ended (UTC)', timeText(session.ended_at)],
    ['links', session.links],
    ['bought', `${countText(session.sold)} pieces in ${countText(session.sales)} purchases`],
    ['being paid for', session.held],
    ['the host’s page', session.live_url],
    ['overlay', session.overlay_url]
  ])
}

const sessionColumns: ReadonlyArray<Column<Session>> = [
  { title: 'SESSION', of: session => session.id },
  { title: 'TITLE', of: session => session.title },
  { title: 'STATE', of: session => session.state },
  { title: 'STARTS (UTC)', of: session => timeText(session.starts_at) },
  { title: 'LINKS', of: session => session.links },
  { title: 'SOLD', of: session => session.sold },
  { title: 'PURCHASES', of: session => session.sales }
]
