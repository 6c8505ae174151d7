import type { Command } from 'commander'
import type { Lot } from '../../../sdk/src/admin.ts'
import { examples } from '../examples.ts'
import { findSku } from '../find.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { countText, moneyText, printRecord, printTable, timeText, type Column, type Form } from '../output.ts'
import type { Run, Session } from '../session.ts'

/** kahub lots, stock. */
export function addLots (program: Command, run: Run): void {
  const lots = program.command('lots').alias('lot').description('lots: what imports brought, and what is left of it')

  examples(
    listOptions(lots.command('list').description('list lots, newest first').option('--sku <sku>', 'only those of a SKU, by id or number')),
    'kahub lots list --sku 123'
  ).action(
    run(async (session, options: ListOptions & { readonly sku?: string }) => {
      const sku = options.sku === undefined ? undefined : (await findSku(session.admin, options.sku)).id
      await printList(
        session,
        options,
        session.admin.lots.list({ limit: pageRowsMax, sku }),
        columns,
        'There is nothing in stock yet: kahub codes import brings it.'
      )
    })
  )

  examples(lots.command('show <lot>').description('show a lot'), 'kahub lots show lot_01kb8q1zjme7f8k0q3z5v2wxyt').action(
    run(async (session, id: string) => printLot(session.form, await session.admin.lots.get(id), `Lot ${id}`))
  )

  examples(
    lots
      .command('recall <lot>')
      .description('take the unsold codes of a lot off the shelf, for good')
      .requiredOption('--reason <text>', 'why; kept with it'),
    'kahub lots recall lot_01kb8q1zjme7f8k0q3z5v2wxyt --reason "supplier recalled batch 7"'
  ).action(
    run(async (session, id: string, { reason }: { readonly reason: string }) => {
      printLot(session.form, await session.admin.lots.recall(id, { reason }), `Lot ${id} is recalled`)
    })
  )

  examples(
    program.command('stock <sku...>').description('how many codes of SKUs are unsold, by id or number'),
    'kahub stock 123 456'
  ).action(
    run(async (session, named: readonly string[]) => {
      const rows: SkuCount[] = []
      for (const sku of named) rows.push(await countStock(session, sku))
      printTable(session.form, rows, stockColumns, '')
    })
  )
}

const columns: ReadonlyArray<Column<Lot>> = [
  { title: 'ID', of: lot => lot.id },
  { title: 'SKU', of: lot => lot.sku },
  { title: 'STATE', of: lot => lot.state },
  { title: 'ON SHELF', of: lot => lot.on_shelf },
  { title: 'SOLD', of: lot => lot.sold },
  { title: 'WITHDRAWN', of: lot => lot.withdrawn },
  { title: 'COST', of: lot => moneyText(lot.unit_cost) },
  { title: 'EXPIRES (UTC)', of: lot => timeText(lot.expires_at) },
  { title: 'SUPPLIER', of: lot => lot.supplier }
]

function printLot (form: Form, lot: Lot, heading: string): void {
  printRecord(form, lot, heading, [
    ['sku', lot.sku],
    ['state', lot.state],
    ['why', lot.state_reason],
    ['size', lot.size],
    ['on shelf', countText(lot.on_shelf)],
    ['sold', countText(lot.sold)],
    ['withdrawn', countText(lot.withdrawn)],
    ['unit cost', moneyText(lot.unit_cost)],
    ['expires', timeText(lot.expires_at) || 'never'],
    ['supplier', lot.supplier],
    ['import', lot.import],
    ['since', timeText(lot.created_at)]
  ])
}

interface SkuCount {
  readonly sku: string
  readonly number: number
  readonly name: string
  readonly status: string
  readonly on_shelf: number
  readonly sold: number
  readonly lots: number
}

/** The operator API counts stock by lot: what is for sale are the shelves of the lots that are available. */
async function countStock (session: Session, named: string): Promise<SkuCount> {
  const sku = await findSku(session.admin, named)
  const count = { onShelf: 0, sold: 0, lots: 0 }
  for await (const lot of session.admin.lots.list({ sku: sku.id, limit: pageRowsMax })) {
    count.onShelf += lot.state === 'available' ? lot.on_shelf : 0
    count.sold += lot.sold
    count.lots++
  }
  return {
    sku: sku.id,
    number: sku.number,
    name: sku.name,
    status: sku.status,
    on_shelf: count.onShelf,
    sold: count.sold,
    lots: count.lots
  }
}

const stockColumns: ReadonlyArray<Column<SkuCount>> = [
  { title: 'SKU', of: row => row.sku },
  { title: 'NUMBER', of: row => String(row.number) },
  { title: 'NAME', of: row => row.name },
  { title: 'STATUS', of: row => row.status },
  { title: 'ON SHELF', of: row => row.on_shelf },
  { title: 'SOLD', of: row => row.sold },
  { title: 'LOTS', of: row => row.lots }
]
