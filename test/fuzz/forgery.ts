// Nothing that was not signed is carried out, and nothing that was is carried out twice: forgeries of every kind, and afterwards the
// database has exactly the orders and deposits of the requests that were true.
import { flipBits, operationsOf, type BitsOutcome } from './forgery-bits.ts'
import { forgeCallbacks, forgePaymentNews, type NewsOutcome } from './forgery-news.ts'
import { replay } from './forgery-replays.ts'
import { smuggle } from './forgery-smuggling.ts'
import { openStage } from './forgery-stage.ts'
import { playTricks } from './forgery-tricks.ts'
import type { FuzzRun } from './run-type.ts'

export const forgery: FuzzRun = {
  name: 'forgery',
  says: 'a request that differs from the signed one in any bit is refused or the same request; nothing is carried out that nobody signed',

  async run (context) {
    const stage = await openStage(context)
    const { id: order } = await stage.buyer.places({ reference: 'first', sku: stage.sku, quantity: 1 })
    stage.ordered.add('first')
    const { id: opened } = await stage.house.operator.imports.create({
      reference: 'part', sku: stage.sku, unit_cost: { amount: '1', currency: 'CNY' }
    })
    const outcomes: BitsOutcome[] = []
    const [tricks, smuggled, replayed] = [await playTricks(stage), await smuggle(stage), await replay(stage, order)]
    context.say(`${tricks.tried} tricks, ${smuggled.tried} ways of smuggling, ${replayed.tried} replays`)
    for (const operation of operationsOf(stage, order, `/admin/v1/imports/${opened}/parts/1`)) {
      const outcome = await flipBits(operation, stage, context)
      context.say(`${outcome.says}: ${outcome.flipped} bits flipped, ${outcome.refused} refused`)
      outcomes.push(outcome)
    }
    const news = [...await forgeCallbacks(), await forgePaymentNews(stage)]
    context.say('callbacks and news of payments forged')
    const all = [...outcomes, ...news, tricks, smuggled, replayed]
    return {
      tried: all.reduce((sum, outcome) => sum + ('flipped' in outcome ? outcome.flipped : outcome.tried), 0),
      faults: [...all.flatMap(({ faults }) => faults), ...await stage.faults()],
      table: [
        tableOf(outcomes, news), '',
        `Forgeries by hand: ${tricks.tried}; requests that two readers read differently: ${smuggled.tried}; copies of true requests: ` +
        `${replayed.tried}. Orders in the end: ${stage.ordered.size}, each of them truly asked for.`
      ].join('\n')
    }
  }
}

function tableOf (outcomes: readonly BitsOutcome[], news: readonly NewsOutcome[]): string {
  const rows = outcomes.map(({ says, flipped, refused, unanswered, same }) => {
    const done = [...same.values()].reduce((sum, count) => sum + count, 0)
    return `| ${says} | ${flipped} | ${refused} | ${unanswered} | ${done} |`
  })
  const reasons = new Map<string, number>()
  for (const { same } of outcomes) for (const [reason, count] of same) reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  return [
    '| signed message | bits flipped | refused | left unanswered | the same request |', '|---|---|---|---|---|', ...rows,
    ...news.map(({ says, flipped, refused, same }) => `| ${says} | ${flipped} | ${refused} | 0 | ${same} |`), '',
    'Bits that do not matter:', '', ...[...reasons].map(([reason, count]) => `- ${reason} (${count})`)
  ].join('\n')
}
