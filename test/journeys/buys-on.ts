// A buyer with a browser: buys, fails and tries again, pays late, comes when all is gone or paused, and gets money
// back. The real app with its clockwork and the sandbox gateway; every page on the way is held against the rules of accessibility.
import type { Test } from 'tap'
import type { Page } from 'playwright-core'
import { readId } from '../../src/base/ids.ts'
import { proveWorld } from '../../src/domain/prove-world.ts'
import { openShop, type Shop, type ShopLink } from '../buying/shop.ts'
import {
  accessibilityFaults, keepPicture, openBrowser, openPage, screens, tooWide, withoutBrowser, type Screen
} from '../support/browser.ts'
import { proveHouse } from '../support/prove-house.ts'
import { until } from '../support/until.ts'

/** All of it on one screen; the browser speaks Chinese on a phone and English at a desk. */
export async function buysOn (t: Test, screen: Screen): Promise<void> {
  if (withoutBrowser) return void t.plan(0, withoutBrowser)
  const shop = await openShop(t)
  const browser = await openBrowser(t)
  let addresses = 0
  const dark = screen === 'phone'
  const language = screen === 'phone' ? 'zh-CN' : 'en-GB'

  t.test(`on a ${screen}: three presses from the link to the code`, async t => {
    const link = await shop.link({ stock: 3, redeem_note: '在 Steam 客户端 → 账户 → 充值', description: '国区账号可用' })
    const { page } = await enter(t, link)
    await looked(t, page, 'link')
    await begin(page, '13800138000')
    await looked(t, page, 'gateway')
    await press(page, 'pay')
    await page.waitForSelector('[data-state=completed]')
    await looked(t, page, 'receipt')
    const code = (await page.textContent('[data-code]'))!.trim()
    t.ok(link.secrets.includes(code), 'the code is one of the stock')
    t.notMatch(page.url(), code)
    await page.reload()
    t.equal((await page.textContent('[data-code]'))!.trim(), code, 'and stays the same')
    await page.click('button[data-copy="#code-0"]')
    t.equal(await page.evaluate(() => navigator.clipboard.readText()), code, 'copied by a press')
    t.equal((await statesOf(shop, link)).join(), 'completed')
  })

  t.test(`on a ${screen}: a payment that fails is tried again`, async t => {
    const link = await shop.link({ stock: 1 })
    const { page } = await enter(t, link)
    await begin(page, 'buyer@example.com')
    await press(page, 'fail')
    await looked(t, page, 'failed')
    if (await page.$('[data-state]')) await page.click('[data-pay]')
    await press(page, 'pay')
    await page.waitForSelector('[data-state=completed]')
    t.same([(await page.textContent('[data-code]'))!.trim()], link.secrets)
  })

  t.test(`on a ${screen}: who pays late gets a code while there is one, and else the money back`, async t => {
    const link = await shop.link({ stock: 1 })
    const [{ page: early }, { page: late }] = [await enter(t, link), await enter(t, link)]
    await begin(early, '13800138001')
    await expire(shop, link)
    await waitForState(shop, link, 'expired')
    await early.fill('input[name=seconds]', '0')
    await press(early, 'late')
    await early.waitForSelector('[data-state=completed]')
    t.same([(await early.textContent('[data-code]'))!.trim()], link.secrets, 'the stock was free again')

    await shop.house.stocks(link.sku, [`${link.slug}-SECOND`])
    await late.reload()
    await begin(late, '13800138002')
    await expire(shop, link)
    await waitForState(shop, link, 'expired')
    await shop.seller.kahub.orders.place({ reference: `sold meanwhile ${link.slug}`, lines: [{ sku: link.sku, quantity: 1 }] })
    await late.fill('input[name=seconds]', '0')
    await press(late, 'late')
    await late.waitForSelector('[data-state=refunding], [data-state=refunded]')
    await looked(t, late, 'late')
    t.equal(await late.getAttribute('[data-reason]', 'data-reason'), 'out_of_stock')
    await late.waitForSelector('[data-state=refunded]')
    t.equal(await late.$('[data-code]'), null)
  })

  t.test(`on a ${screen}: sold out, paused and over are said kindly, and begin nothing`, async t => {
    const link = await shop.link({ stock: 1 })
    const [{ page: first }, { page: second }] = [await enter(t, link), await enter(t, link)]
    await begin(first, '13800138003')
    await choose(second, '13800138004')
    await second.click('button[name=buy]')
    await second.waitForSelector('[data-problem]')
    t.match(await second.getAttribute('[data-problem]', 'data-problem'), /^(link_sold_out|out_of_stock)$/)
    await press(first, 'pay')
    await first.waitForSelector('[data-state=completed]')
    await second.goto(`${shop.url}${link.path}`)
    await second.waitForSelector('[data-state=sold_out]')
    await looked(t, second, 'sold-out')

    const paused = await shop.link({ stock: 5 })
    const { page } = await enter(t, paused)
    await choose(page, '13800138005')
    await shop.seller.kahub.links.pause(paused.id)
    await page.click('button[name=buy]')
    await page.waitForSelector('[data-problem=link_paused]')
    await page.goto(`${shop.url}${paused.path}`)
    await page.waitForSelector('[data-state=paused]')
    await looked(t, page, 'paused')
    await shop.seller.kahub.links.resume(paused.id)
    await page.waitForSelector('[data-state=active]')
    t.pass('who waits sees it go on')
    await shop.seller.kahub.links.end(paused.id)
    await until(async () => {
      await page.goto(`${shop.url}${paused.path}`)
      return await page.$('[data-state=ended]') !== null
    })
    await looked(t, page, 'ended')
    t.same(await statesOf(shop, paused), [], 'nothing was begun')
  })

  t.test(`on a ${screen}: paid twice is refunded once; a wrong amount comes back whole`, async t => {
    const link = await shop.link({ stock: 2 })
    const { page } = await enter(t, link)
    await begin(page, '13800138006')
    await press(page, 'twice')
    await page.waitForSelector('[data-state=completed]')
    await until(async () => (await paybacksOf(shop, link)).join() === 'paid_twice succeeded')
    await page.reload()
    t.ok(await page.$('[data-reason=paid_twice]'), 'the receipt says that the second payment has gone back')
    await looked(t, page, 'twice')

    const { page: wrong } = await enter(t, link)
    await begin(wrong, '13800138007')
    await press(wrong, 'wrong_amount')
    await until(async () => (await paybacksOf(shop, link)).join().includes('amount_mismatch succeeded'))
    await wrong.waitForLoadState()
    await wrong.reload()
    t.ok(await wrong.$('[data-reason=amount_mismatch]'))
    t.equal(await wrong.$('[data-code]'), null)
    await looked(t, wrong, 'wrong-amount')
  })

  t.test(`on a ${screen}: what the gateway never told is found by asking`, async t => {
    const link = await shop.link({ stock: 1 })
    const { page } = await enter(t, link)
    await begin(page, '13800138008')
    await press(page, 'never')
    await page.waitForSelector('[data-state=completed]', { timeout: 40_000 })
    t.same([(await page.textContent('[data-code]'))!.trim()], link.secrets)
  })

  t.test(`on a ${screen}: without JavaScript it is the same three presses`, async t => {
    const link = await shop.link({ stock: 1 })
    const { page } = await enter(t, link, { javaScriptEnabled: false })
    await begin(page, '13800138009')
    await press(page, 'pay')
    await page.waitForSelector('[data-state=completed]', { timeout: 20_000 })
    t.same([(await page.textContent('[data-code]'))!.trim()], link.secrets)
  })

  const enter = async (t: Test, link: ShopLink, more: { javaScriptEnabled?: boolean } = {}): Promise<{ page: Page }> => {
    const { page, context } = await openPage(t, browser, {
      ...screens[screen],
      locale: language,
      colorScheme: dark ? 'dark' : 'light',
      extraHTTPHeaders: { 'x-forwarded-for': `198.51.100.${++addresses}` },
      ...more
    })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    page.setDefaultTimeout(20_000)
    page.on('pageerror', error => t.fail(`the page throws: ${error.message}`))
    page.on('console', message => {
      if (/Content Security Policy/.test(message.text())) t.fail(message.text())
    })
    await page.goto(`${shop.url}${link.path}`)
    return { page }
  }

  const looked = async (t: Test, page: Page, name: string): Promise<void> => {
    await keepPicture(page, `${screen}-${name}`)
    t.same(await accessibilityFaults(page), [], `${name} is accessible`)
    t.equal(await tooWide(page), 0, `${name} scrolls no page sideways`)
  }

  t.test(`on a ${screen}: after all of it the books are sound`, async t => {
    const { db, worlds } = shop.house
    t.same(await proveHouse(db, 'live'), [])
    t.same(await proveWorld(worlds.live.bulkDb), [])
  })
}

async function choose (page: Page, contact: string): Promise<void> {
  await page.fill('input[name=contact]', contact)
  if (!await page.isChecked('input[name=gateway][value=sandbox]').catch(() => true)) await page.check('input[name=gateway][value=sandbox]')
}

/** Fills in the form and presses the button; the page is then the gateway's. */
async function begin (page: Page, contact: string): Promise<void> {
  await choose(page, contact)
  await page.click('button[name=buy]')
  await page.waitForURL(/\/sandbox-gateway\//)
}

/** Presses a button of the gateway's page. */
async function press (page: Page, action: string): Promise<void> {
  await page.click(`button[name=action][value=${action}]`)
  await page.waitForLoadState()
}

async function statesOf (shop: Shop, link: ShopLink): Promise<string[]> {
  const rows = await shop.house.db<{ state: string }[]>`select state from checkouts where link_id = ${readId('link', link.id)!} order by id`
  return rows.map(({ state }) => state)
}

async function paybacksOf (shop: Shop, link: ShopLink): Promise<string[]> {
  const rows = await shop.house.db<{ said: string }[]>`
    select paybacks.reason || ' ' || paybacks.state as said
    from paybacks join payments on payments.id = payment_id join checkouts on checkouts.id = subject_id
    where link_id = ${readId('link', link.id)!} order by paybacks.id`
  return rows.map(({ said }) => said)
}

/** Lets the time of what is open be over. */
async function expire (shop: Shop, link: ShopLink): Promise<void> {
  const id = readId('link', link.id)!
  await shop.house.db`
    update holds set expires_at = clock_timestamp()
    where id in (select hold_id from checkouts where link_id = ${id} and state = 'open')`
  await shop.house.db`update checkouts set expires_at = clock_timestamp() where link_id = ${id} and state = 'open'`
}

async function waitForState (shop: Shop, link: ShopLink, state: string): Promise<void> {
  await until(async () => (await statesOf(shop, link)).at(-1) === state)
}
