// Where races are run: a house, and beside it two processes of the product, each with its API and its workers, over one database.
// Every purchase is written into a journal; at the end of a race the judge holds rows and journal against each other.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { judge } from '../judge/judge.ts'
import { startProduct, type ApiProcess } from '../support/api-process.ts'
import { openHouse, type Answer, type House, type Reseller } from '../support/house.ts'
import { openClientJournal, type ClientJournal } from './client-journal.ts'
import type { OrderBody } from './requests.ts'

export interface Course {
  readonly house: House
  readonly journal: ClientJournal
  /** The addresses of the two processes. */
  readonly doors: readonly [string, string]
  readonly processes: readonly ApiProcess[]
  /** A reference nobody used before. */
  reference (): string
  /** Places an order over HTTP, and writes it down. */
  buys (buyer: Reseller, body: OrderBody): Promise<Answer>
  /** Asserts that no process met an error of its own, that the books hold, and that the judge finds no fault. */
  isJudged (t: Test): Promise<void>
}

/** Opens a course; it is closed when the file's tests end. */
export async function openCourse (): Promise<Course> {
  const house = await openHouse(t)
  const folder = mkdtempSync(join(tmpdir(), 'kahub-race-'))
  const journal = openClientJournal(folder)
  t.teardown(() => {
    journal.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const product = () => startProduct(t, house.databaseUrl, house.masterKey, { SANDBOX_GATEWAY: '1', TRUST_PROXY: '127.0.0.1' })
  const [left, right] = await Promise.all([product(), product()])
  let references = 0
  return {
    house,
    journal,
    doors: [left.url, right.url],
    processes: [left, right],
    reference: () => `race-${++references}`,
    async buys (buyer, body) {
      const purchase = { reseller: buyer.id, reference: body.reference, lines: body.lines }
      journal.sent(purchase)
      return journal.heard(purchase, await buyer.send('POST', '/v1/orders', { body }))
    },
    async isJudged (t) {
      t.same([left, right].flatMap(({ written }) => written().split('\n').filter(line => errorLine.test(line))), [], 'no process met an error')
      await house.proves(t)
      const verdicts = await judge({ database: house.databaseUrl, world: 'live', journals: folder })
      t.same(verdicts.filter(({ faults }) => faults.length > 0), [], 'the judge finds no fault')
      t.ok(verdicts.some(({ invariant, looked }) => invariant === 'I4' && looked > 0), 'and has looked at what was heard')
    }
  }
}

const errorLine = /"level":(50|60)/

/** What an answer says in a word: the code of a refusal, else the status. */
export function outcome ({ status, code }: Answer): string {
  return code ?? String(status)
}

/** How many answers said what. */
export function tally (answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[outcome(answer)] = (counts[outcome(answer)] ?? 0) + 1
  return counts
}

/** The answers that something was done, now or by an earlier sending. */
export function done (answers: readonly Answer[]): Answer[] {
  return answers.filter(({ status }) => status < 300)
}

/** The answers by which something new was made. */
export function accepted (answers: readonly Answer[]): Answer[] {
  return answers.filter(({ status }) => status === 201)
}

/** Asserts that nothing else was answered. */
export function only (t: Test, answers: readonly Answer[], allowed: readonly string[], message: string): void {
  t.same(Object.keys(tally(answers)).filter(name => !allowed.includes(name)), [], message)
}

/** Minor units (fen) of an amount in major units. */
export function fenOf (amount: string): number {
  return Math.round(Number(amount) * 100)
}

/** What a reseller's wallet holds, in fen. */
export async function balanceOf (reseller: Reseller): Promise<number> {
  return fenOf((await reseller.send('GET', '/v1/wallets')).json.data[0].balance.amount)
}

/** How many of a SKU can be bought. */
export async function stockOf (sku: string, reseller: Reseller): Promise<number> {
  return (await reseller.send('GET', `/v1/stock?sku=${sku}`)).json.data[0].available
}
