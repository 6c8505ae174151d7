import { Option, type Command } from 'commander'
import { listingStatuses, productKinds, type Currency, type ListingStatus, type ProductKind } from '../../../schema/vocabulary.ts'
import type { AdminProduct, AdminSku, Category, Issuer } from '../../../sdk/src/admin.ts'
import { amount, currency, positiveInteger, words } from '../arguments.ts'
import { examples } from '../examples.ts'
import { findListed, findProduct, findSku } from '../find.ts'
import { listOptions, pageRowsMax, printList, type ListOptions } from '../lists.ts'
import { moneyText, printRecord, printTable, say, timeText, type Column, type Form } from '../output.ts'
import type { Run } from '../session.ts'

/** kahub issuers, categories, products, skus. */
export function addCatalog (program: Command, run: Run): void {
  addIssuers(program, run)
  addCategories(program, run)
  addProducts(program, run)
  addSkus(program, run)
}

function addIssuers (program: Command, run: Run): void {
  const issuers = program.command('issuers').alias('issuer').description('issuers: the brands behind products')

  examples(
    issuers
      .command('set <id>')
      .aliases(['create', 'update'])
      .description('make an issuer, or rename it')
      .requiredOption('--name <name>', 'its name for people'),
    'kahub issuers set steam --name Steam'
  ).action(
    run(async (session, id: string, { name }: { readonly name: string }) => {
      const issuer = await session.admin.issuers.put(id, { name })
      printRecord(session.form, issuer, `Issuer ${issuer.id}`, [['name', issuer.name]])
    })
  )

  examples(listOptions(issuers.command('list').description('list issuers')), 'kahub issuers list').action(
    run(async (session, options: ListOptions) => {
      await printList(
        session,
        options,
        session.admin.issuers.list({ limit: pageRowsMax }),
        issuerColumns,
        'There are no issuers yet: kahub issuers set makes one.'
      )
    })
  )

  examples(issuers.command('show <id>').description('show an issuer'), 'kahub issuers show steam').action(
    run(async (session, id: string) => {
      const issuer = await findListed(session.admin.issuers.list({ limit: pageRowsMax }), id, 'issuer', 'issuers')
      printRecord(session.form, issuer, `Issuer ${issuer.id}`, [['name', issuer.name]])
    })
  )
}

function addCategories (program: Command, run: Run): void {
  const categories = program.command('categories').alias('category').description('categories: how products are sorted')

  examples(
    categories
      .command('set <id>')
      .aliases(['create', 'update'])
      .description('make a category, rename it or move it')
      .requiredOption('--name <name>', 'its name for people')
      .option('--parent <id>', 'the category it is part of; left out: none'),
    'kahub categories set game-cards --name "Game cards"',
    'kahub categories set steam-cards --name "Steam cards" --parent game-cards'
  ).action(
    run(async (session, id: string, { name, parent }: { readonly name: string, readonly parent?: string }) => {
      const category = await session.admin.categories.put(id, { name, parent })
      printRecord(session.form, category, `Category ${category.id}`, [
        ['name', category.name],
        ['part of', category.parent]
      ])
    })
  )

  examples(listOptions(categories.command('list').description('list categories')), 'kahub categories list').action(
    run(async (session, options: ListOptions) => {
      await printList(
        session,
        options,
        session.admin.categories.list({ limit: pageRowsMax }),
        categoryColumns,
        'There are no categories yet: kahub categories set makes one.'
      )
    })
  )

  examples(categories.command('show <id>').description('show a category'), 'kahub categories show game-cards').action(
    run(async (session, id: string) => {
      const category = await findListed(session.admin.categories.list({ limit: pageRowsMax }), id, 'category', 'categories')
      printRecord(session.form, category, `Category ${category.id}`, [
        ['name', category.name],
        ['part of', category.parent]
      ])
    })
  )
}

interface ProductOptions {
  readonly name?: string
  readonly kind: ProductKind
  readonly issuer: string
  readonly category?: string | false
  readonly tags?: readonly string[]
  readonly description?: string
  readonly note?: string
  readonly status?: ListingStatus
  readonly reference?: string
}
interface ProductFilters extends ListOptions {
  readonly q?: string
  readonly category?: string
  readonly tag?: string
  readonly kind?: ProductKind
  readonly status?: ListingStatus
}

function addProducts (program: Command, run: Run): void {
  const products = program.command('products').alias('product').description('products: what is sold, as SKUs')

  examples(
    described(
      products
        .command('create <name>')
        .description('make a product, without SKUs yet')
        .requiredOption('--issuer <id>', 'the brand behind it; for good')
        .addOption(
          new Option('--kind <kind>', 'code: codes are delivered; topup: an account is charged; for good')
            .choices(productKinds)
            .default('code')
        )
    )
      .addOption(new Option('--status <status>', 'active when left out').choices(['active', 'paused']))
      .option('--reference <text>', 'your own number for it: the same again gives the same product'),
    'kahub products create "Steam wallet" --issuer steam --category game-cards --tags steam,hot'
  ).action(
    run(async (session, name: string, options: ProductOptions) => {
      const { kind, issuer, reference } = options
      const status = options.status as 'active' | 'paused' | undefined
      printProduct(session.form, await session.admin.products.create({ name, kind, issuer, reference, status, ...productFields(options) }))
    })
  )

  examples(
    listOptions(
      products
        .command('list')
        .description('list products')
        .option('--q <text>', 'only those with this in the name')
        .option('--category <id>', 'only those of a category')
        .option('--tag <tag>', 'only those with a tag')
        .addOption(new Option('--kind <kind>', 'only one kind').choices(productKinds))
        .addOption(new Option('--status <status>', 'only those with a status').choices(listingStatuses))
    ),
    'kahub products list --q steam'
  ).action(
    run(async (session, { q, category, tag, kind, status, ...options }: ProductFilters) => {
      const list = session.admin.products.list({ limit: pageRowsMax, q, category, tag, kind, status })
      await printList(session, options, list, productColumns, 'There is no such product: kahub products create makes one.')
    })
  )

  examples(
    products.command('show <product>').description('show a product with its SKUs, by id or number'),
    'kahub products show 4711'
  ).action(run(async (session, named: string) => printProduct(session.form, await findProduct(session.admin, named))))

  examples(
    described(
      products.command('update <product>').description('change a product; what is left out stays').option('--name <name>', 'another name')
    )
      .option('--no-category', 'take it out of its category')
      .addOption(new Option('--status <status>', 'delisted: not sold any more').choices(listingStatuses)),
    'kahub products update 4711 --status paused'
  ).action(
    run(async (session, named: string, options: ProductOptions) => {
      const { id } = await findProduct(session.admin, named)
      const { name, status } = options
      printProduct(session.form, await session.admin.products.update(id, { name, status, ...productFields(options) }))
    })
  )
}

function described (command: Command): Command {
  return command
    .option('--category <id>', 'its category')
    .option('--tags <list>', 'its tags, divided by commas', words)
    .option('--description <text>', 'what it is')
    .option('--note <text>', 'what a buyer must have or be to redeem it')
}

function productFields ({ category, tags, description, note }: ProductOptions) {
  return {
    // With --no-category among the options, commander makes `true` of a category that is not named.
    ...(category === false ? { category: null } : typeof category === 'string' ? { category } : {}),
    tags,
    description,
    qualification_note: note
  }
}

interface SkuOptions {
  readonly name?: string
  readonly currency: Currency
  readonly face?: string
  readonly region?: string
  readonly status?: ListingStatus
  readonly min?: number
  readonly max?: number
  readonly step?: number
  readonly reference?: string
}

function addSkus (program: Command, run: Run): void {
  const skus = program.command('skus').alias('sku').description('SKUs: what is ordered, priced and stocked')

  examples(
    sized(
      skus
        .command('create <product> <name>')
        .description('make a SKU of a product, by the product’s id or number')
        .requiredOption('--currency <code>', 'what it is priced in; for good', currency)
    )
      .addOption(new Option('--status <status>', 'active when left out').choices(['active', 'paused']))
      .option('--reference <text>', 'your own number for it: the same again gives the same SKU'),
    'kahub skus create 4711 "CNY 100" --currency CNY --face 100 --region CN'
  ).action(
    run(async (session, product: string, name: string, options: SkuOptions) => {
      const { id } = await findProduct(session.admin, product)
      const status = options.status as 'active' | 'paused' | undefined
      const made = await session.admin.skus.create(id, {
        name,
        currency: options.currency,
        status,
        reference: options.reference,
        ...skuFields(options, options.currency)
      })
      printSku(session.form, made)
    })
  )

  examples(
    listOptions(skus.command('list').description('list SKUs').option('--product <product>', 'only those of a product, by id or number')),
    'kahub skus list --product 4711'
  ).action(
    run(async (session, options: ListOptions & { readonly product?: string }) => {
      const product = options.product === undefined ? undefined : (await findProduct(session.admin, options.product)).id
      const list = session.admin.skus.list({ limit: pageRowsMax, product })
      await printList(session, options, list, skuColumns, 'There are no SKUs yet: kahub skus create makes one.')
    })
  )

  examples(skus.command('show <sku>').description('show a SKU, by id or number'), 'kahub skus show 123').action(
    run(async (session, named: string) => printSku(session.form, await findSku(session.admin, named)))
  )

  examples(
    sized(
      skus.command('update <sku>').description('change a SKU; what is left out stays').option('--name <name>', 'another name')
    ).addOption(new Option('--status <status>', 'delisted: not sold any more').choices(listingStatuses)),
    'kahub skus update 123 --min 10 --step 10'
  ).action(
    run(async (session, named: string, options: SkuOptions) => {
      const sku = await findSku(session.admin, named)
      const { name, status } = options
      printSku(session.form, await session.admin.skus.update(sku.id, { name, status, ...skuFields(options, sku.currency) }))
    })
  )
}

function sized (command: Command): Command {
  return command
    .option('--face <amount>', 'what is printed on it, in its currency', amount)
    .option('--region <region>', 'where it can be redeemed: GLOBAL, CN, EU, …')
    .option('--min <n>', 'the fewest bought at once', positiveInteger)
    .option('--max <n>', 'the most bought at once', positiveInteger)
    .option('--step <n>', 'a quantity is a multiple of it', positiveInteger)
}

function skuFields ({ face, region, min, max, step }: SkuOptions, code: Currency | string) {
  return {
    ...(face !== undefined && { face_value: { amount: face, currency: code as Currency } }),
    region,
    quantity_min: min,
    quantity_max: max,
    quantity_step: step
  }
}

const issuerColumns: ReadonlyArray<Column<Issuer>> = [
  { title: 'ID', of: issuer => issuer.id },
  { title: 'NAME', of: issuer => issuer.name }
]

const categoryColumns: ReadonlyArray<Column<Category>> = [
  { title: 'ID', of: category => category.id },
  { title: 'NAME', of: category => category.name },
  { title: 'PART OF', of: category => category.parent }
]

const productColumns: ReadonlyArray<Column<AdminProduct>> = [
  { title: 'ID', of: product => product.id },
  { title: 'NUMBER', of: product => String(product.number) },
  { title: 'NAME', of: product => product.name },
  { title: 'ISSUER', of: product => product.issuer.id },
  { title: 'CATEGORY', of: product => product.category?.id },
  { title: 'STATUS', of: product => product.status },
  { title: 'SKUS', of: product => product.skus.length }
]

const skuColumns: ReadonlyArray<Column<AdminSku>> = [
  { title: 'ID', of: sku => sku.id },
  { title: 'NUMBER', of: sku => String(sku.number) },
  { title: 'NAME', of: sku => sku.name },
  { title: 'FACE VALUE', of: sku => moneyText(sku.face_value) },
  { title: 'REGION', of: sku => sku.region },
  { title: 'CURRENCY', of: sku => sku.currency },
  { title: 'STATUS', of: sku => sku.status }
]

function printProduct (form: Form, product: AdminProduct): void {
  printRecord(form, product, `Product ${product.id}`, [
    ['number', String(product.number)],
    ['name', product.name],
    ['kind', product.kind],
    ['issuer', `${product.issuer.name} (${product.issuer.id})`],
    ['category', product.category && `${product.category.name} (${product.category.id})`],
    ['tags', product.tags.join(', ')],
    ['description', product.description],
    ['note', product.qualification_note],
    ['status', product.status],
    ['since', timeText(product.created_at)]
  ])
  if (form === 'json') return
  say('')
  printTable(form, product.skus, skuColumns, `It has no SKUs yet: kahub skus create ${product.number} NAME --currency … makes one.`)
}

function printSku (form: Form, sku: AdminSku): void {
  printRecord(form, sku, `SKU ${sku.id}`, [
    ['number', String(sku.number)],
    ['name', sku.name],
    ['product', sku.product],
    ['face value', moneyText(sku.face_value)],
    ['region', sku.region],
    ['currency', sku.currency],
    ['status', sku.status],
    ['quantities', quantitiesOf(sku)],
    ['since', timeText(sku.created_at)]
  ])
}

function quantitiesOf (sku: AdminSku): string {
  const step = sku.quantity_step === 1 ? '' : ` in steps of ${sku.quantity_step}`
  return `${sku.quantity_min} to ${sku.quantity_max}${step}`
}
