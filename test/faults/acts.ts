// What the nemesis can do: each act with its targets, how long it lasts, and how it is undone.
import { openSession } from './open-session.ts'
import type { LineFaults } from './fault-proxy.ts'
import { apiNames, workerNames, type Rig } from './open-rig.ts'

export interface Act {
  readonly name: string
  readonly targets: readonly string[]
  readonly forMs: readonly [number, number]
  /** What is drawn beside, and its unit. */
  readonly amount?: readonly [number, number, string]
  /** Whether it can be done here. */
  possible? (rig: Rig): boolean
  /** Does it; gives back how it is undone. */
  strike (rig: Rig, target: string, amount: number, forMs: number): Promise<Undo>
}

export type Undo = () => Promise<void> | void

const processNames = [...apiNames, ...workerNames]
const plainLines: readonly string[] = apiNames
const tlsLines = apiNames.map(name => `${name} tls`)
const databaseLines = processNames.map(name => `${name} postgres`)
const someLines = [...plainLines, ...tlsLines, ...databaseLines]
const starvingSessions = 200
const sessionMsMax = 6_000
const walMebibytes = 320
const walFilling = `select pg_logical_emit_message(false, 'rig', repeat('x', 1024 * 1024)) from generate_series(1, ${walMebibytes})`

export const acts: readonly Act[] = [
  { name: 'kill', targets: processNames, forMs: [0, 0], strike: (rig, target) => rig.processes.get(target)!.kill().then(() => () => {}) },
  {
    name: 'freeze',
    targets: processNames,
    forMs: [300, 5_000],
    async strike (rig, target) {
      const frozen = rig.processes.get(target)!
      frozen.freeze()
      return () => frozen.thaw()
    }
  },
  { name: 'stop at once', targets: ['postgres'], forMs: [0, 1_500], strike: rig => down(rig, () => rig.postgres.stopAtOnce()) },
  { name: 'kill', targets: ['postgres'], forMs: [0, 1_500], strike: rig => down(rig, () => rig.postgres.kill()) },
  { name: 'kill one session of', targets: ['postgres'], forMs: [0, 0], strike: rig => rig.postgres.killBackend().then(() => () => {}) },
  {
    name: 'freeze',
    targets: ['postgres'],
    forMs: [200, 4_500],
    strike: ({ postgres }) => postgres.freeze().then(() => () => postgres.thaw())
  },
  lineAct('delay', someLines, [500, 4_000], [5, 300, 'ms'], delayMs => ({ toServer: { delayMs }, toClient: { delayMs } })),
  lineAct('throttle', someLines, [500, 3_000], [800, 40_000, 'bytes/s'], bytesPerSecond => ({
    toServer: { bytesPerSecond }, toClient: { bytesPerSecond }
  })),
  lineAct('cut requests on', someLines, [300, 2_500], [20, 6_000, 'bytes'], cutAfterBytes => ({ toServer: { cutAfterBytes } })),
  lineAct('cut answers on', someLines, [300, 2_500], [20, 6_000, 'bytes'], cutAfterBytes => ({ toClient: { cutAfterBytes } })),
  lineAct('swallow answers on', someLines, [300, 3_000], undefined, () => ({ toClient: { silent: true } })),
  lineAct('take down', someLines, [200, 2_500], undefined, () => ({ down: true })),
  // In plain only on the way to the API, where the signature tells. On the way back nothing but TLS can tell, and between a process and
  // PostgreSQL there is no check either: there bits are safe on one machine, or in TLS.
  lineAct('turn over bits of requests on', plainLines, [500, 4_000], [60, 900, 'bytes a bit'], corruptEvery => ({
    toServer: { corruptEvery }
  })),
  lineAct('turn over bits both ways on', tlsLines, [500, 4_000], [200, 4_000, 'bytes a bit'], corruptEvery => ({
    toServer: { corruptEvery }, toClient: { corruptEvery }
  })),
  {
    name: 'fill the disk of',
    targets: ['postgres'],
    forMs: [500, 2_500],
    possible: rig => rig.room !== undefined,
    async strike (rig) {
      await rig.room!.fill()
      // More than there is in files to be used again: without room for one more PostgreSQL panics.
      const session = openSession(rig.postgres.url)
      await session.run(walFilling, sessionMsMax)
      session.end()
      return async () => {
        await rig.room!.clear()
        await rig.postgres.start()
      }
    }
  },
  {
    name: 'move the clock of',
    targets: ['api-2', 'worker-2'],
    forMs: [1_500, 5_000],
    amount: [-900, 900, 's'],
    possible: rig => rig.processes.get('api-2')!.jump !== undefined,
    async strike (rig, target, amount) {
      const moved = rig.processes.get(target)!
      moved.jump!(amount)
      return () => moved.jump!(0)
    }
  },
  {
    name: 'take all connections of',
    targets: ['postgres'],
    forMs: [500, 3_000],
    async strike (rig, _target, _amount, forMs) {
      // Those of the product end, and there are no others to be had.
      const first = openSession(rig.postgres.url)
      await first.run("select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'kahub live%'", sessionMsMax)
      const sessions = [first, ...Array.from({ length: starvingSessions }, () => openSession(rig.postgres.url))]
      for (const session of sessions) void session.run(`select pg_sleep(${forMs / 1000})`, forMs)
      return () => { for (const session of sessions) session.end() }
    }
  },
  lockAct('lock the rows of stock and resellers in',
    'select from live.resellers order by id for update; select from live.stock order by sku_id for update'),
  lockAct('lock the table of orders in', 'lock table live.orders in access exclusive mode')
]

async function down (rig: Rig, strike: () => Promise<void>): Promise<Undo> {
  await strike()
  return () => rig.postgres.start()
}

function lineAct (
  name: string, targets: readonly string[], forMs: readonly [number, number], amount: Act['amount'], faults: (amount: number) => LineFaults
): Act {
  return {
    name,
    targets,
    forMs,
    ...(amount && { amount }),
    possible: rig => rig.lines.size > 0,
    async strike (rig, target, amount) {
      const line = rig.lines.get(target)!
      line.strike(faults(amount))
      return () => line.heal()
    }
  }
}

function lockAct (name: string, statement: string): Act {
  return {
    name,
    targets: ['postgres'],
    forMs: [300, 3_500],
    async strike (rig) {
      const session = openSession(rig.postgres.url)
      // A deadlock may choose this session, and PostgreSQL may be away: then there is no lock to be had.
      await session.run(`begin; ${statement}`, sessionMsMax)
      return () => session.end()
    }
  }
}
