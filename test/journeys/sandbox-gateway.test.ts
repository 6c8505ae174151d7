// The sandbox gateway's pay page in a real browser, as a phone and as a desktop, without scripts: it leads from a deposit to the wallet.
import t, { type Test } from 'tap'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startWorkers } from '../../src/compose.ts'
import { sandboxActions } from '../../src/domain/sandbox-gateway/act-on-payment.ts'
import { accessibilityFaults, keepPicture, openBrowser, screens, withoutBrowser } from '../support/browser.ts'
import { openHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const devices: Readonly<Record<string, BrowserContextOptions>> = {
  'a phone in the dark': { ...screens.phone, colorScheme: 'dark', locale: 'zh-CN' },
  'a small phone': { ...screens.phone, viewport: { width: 320, height: 568 }, colorScheme: 'light', locale: 'en' },
  'a desktop': { ...screens.desktop, colorScheme: 'light', locale: 'en-GB' }
}

t.test('a browser pays at the sandbox gateway, and makes every thing go wrong', { skip: withoutBrowser }, async t => {
  const house = await openHouse(t)
  const workers = startWorkers(house.worlds, () => {})
  t.teardown(() => workers.stop())
  const alice = await house.reseller({ world: 'test', balance: '0' })
  const browser = await openBrowser(t)
  let made = 0
  const begin = (locale?: string) => alice.kahub.deposits.create(
    { reference: `deposit ${++made}`, amount: { amount: '1288.00', currency: 'CNY' }, gateway: 'sandbox' },
    { headers: { 'accept-language': locale ?? 'en' } })

  for (const [name, device] of Object.entries(devices)) {
    await t.test(name, async t => {
      const { page, broken } = await visit(t, browser, device)
      const deposit = await begin(device.locale)
      await page.goto(deposit.pay!.url!)
      await look(t, page, `${name}: the page`)
      await keepPicture(page, `sandbox-gateway ${name} pay`)
      const other = await page.locator('header a').textContent()
      await page.locator('header a').click()
      t.not(await page.locator('header a').textContent(), other, 'it speaks the other language')
      await page.goto(deposit.pay!.url!)
      await page.locator('[name=action][value=fail]').click()
      await page.waitForURL('**/deposits/done')
      await look(t, page, `${name}: where it leads back to`)
      await keepPicture(page, `sandbox-gateway ${name} back`)
      await page.goto(deposit.pay!.url!)
      t.equal(await page.getByRole('status').count(), 1, 'it says that the last try failed')
      await look(t, page, `${name}: after a failure`)
      await keepPicture(page, `sandbox-gateway ${name} failed`)
      await page.locator('[name=action][value=pay]').click()
      await page.waitForURL('**/deposits/done')
      await until(async () => (await alice.kahub.deposits.get(deposit.id)).state === 'paid')
      await page.goto(deposit.pay!.url!)
      t.equal(await page.locator('[value=pay]').count(), 0, 'what is paid cannot be paid')
      await look(t, page, `${name}: paid`)
      await keepPicture(page, `sandbox-gateway ${name} paid`)
      t.same(broken, [], 'nothing was loaded from elsewhere, no policy broken')
    })
  }

  await t.test('every button is there and leads back', async t => {
    const { page } = await visit(t, browser, { ...devices['a phone in the dark']!, javaScriptEnabled: false })
    for (const action of sandboxActions) {
      const deposit = await begin()
      await page.goto(deposit.pay!.url!)
      if (action === 'late') await page.locator('[name=seconds]').fill('0')
      await page.locator(`[name=action][value=${action}]`).click()
      await page.waitForURL('**/deposits/done')
      t.pass(action)
    }
  })

  await t.test('a payment that has ended offers to be paid late, and no other way', async t => {
    const { page } = await visit(t, browser, devices['a small phone']!)
    const deposit = await begin()
    await page.goto(deposit.pay!.url!)
    await house.db`update test.sandbox_gateway_payments set expires_at = now() - interval '1 minute' where merchant_payment = ${deposit.id}`
    await page.locator('[value=pay]').click()
    t.equal(new URL(page.url()).pathname, new URL(deposit.pay!.url!).pathname, 'paying leads back here')
    const offered = await page.locator('[name=action]').evaluateAll(buttons => buttons.map(button => button.getAttribute('value')))
    t.same(offered, ['late', 'cancel'])
    await look(t, page, 'ended')
    await keepPicture(page, 'sandbox-gateway ended')
    await page.locator('[value=late]').click()
    await page.waitForURL('**/deposits/done')
    await page.goto(deposit.pay!.url!)
    await look(t, page, 'on its way')
  })
})

/** A browser of its own kind; what it asked of elsewhere, and what broke a policy, is in `broken`. */
async function visit (t: Test, browser: Browser, device: BrowserContextOptions): Promise<{ page: Page, broken: string[] }> {
  const context = await browser.newContext(device)
  t.teardown(() => context.close())
  const page = await context.newPage()
  const broken: string[] = []
  page.on('console', message => { if (message.type() === 'error') broken.push(message.text()) })
  page.on('request', request => { if (!/^(http:\/\/127\.0\.0\.1|data:)/.test(request.url())) broken.push(request.url()) })
  return { page, broken }
}

/** What a page must be, whatever it shows: accessible, no wider than its screen, and made for thumbs. */
async function look (t: Test, page: Page, says: string): Promise<void> {
  t.same(await accessibilityFaults(page), [], `${says} has no fault that axe knows`)
  t.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), `${says} fits the screen`)
  const heights = await page.locator('button').evaluateAll(buttons => buttons.map(button => button.getBoundingClientRect().height))
  t.ok(heights.every(height => height >= 44), `${says} has buttons for thumbs`)
}
