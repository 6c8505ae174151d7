// Buyers' pages in a browser, on a phone and on a desktop, in light and dark: they are accessible, fit, break no policy, and work.
import t from 'tap'
import { readId } from '../../src/base/ids.ts'
import { accessibilityFaults, keepPicture, openBrowser, openPage, screens, tooWide, withoutBrowser } from '../support/browser.ts'
import { openShop } from './shop.ts'

if (withoutBrowser) t.plan(0, withoutBrowser)
else {
  const shop = await openShop(t)
  const browser = await openBrowser(t)
  const { seller } = shop
  const hour = 3_600_000
  const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString()

  const active = await shop.link({
    title: 'Steam 钱包充值卡 · 今晚直播间专享价',
    description: '国服可用，自动发货。\n付款后立刻显示卡密，支持 7×24 小时。\n\n每人限购 3 张，卖完为止。',
    redeem_note: '打开 Steam → 右上角账户 → 充值 → 兑换礼品卡，输入卡密即可到账。',
    quota_per_buyer: 3,
    ends_at: inHours(2.1),
    codes: ['STEAM-9F2K-7QXA-MM41', 'STEAM-3T8W-LK20-PQ7C', 'STEAM-AA11-BB22-CC33', 'STEAM-4H7G-99KQ-ZX0P', 'STEAM-7777-ABCD-EFGH', 'STEAM-8888-ABCD-EFGH', 'STEAM-9999-ABCD-EFGH']
  })
  const many = await manySkus()
  const scheduled = await shop.link({ title: 'iQIYI 黄金会员 年卡', starts_at: inHours(3) })
  const paused = await shop.link({ title: 'Tencent Video VIP, 12 months', price: '168.00' })
  await seller.kahub.links.pause(paused.id)
  const soldOut = await shop.link({ title: '王者荣耀 648 点券', codes: ['ONLY-ONE-CODE-HERE'] })
  const ended = await shop.link({ title: 'Xbox Game Pass, 3 months' })
  await seller.kahub.links.end(ended.id)

  const receipts = await buyEach()
  const pages: readonly (readonly [name: string, address: string])[] = [
    ['active', active.path], ['many', many.path], ['scheduled', scheduled.path], ['paused', paused.path], ['sold-out', soldOut.path], ['ended', ended.path],
    ['unknown', '/l/nothing-here'], ['embedded', `${active.path}?embed=1`], ...receipts
  ]
  const looks = [
    { name: 'phone-light-zh', ...screens.phone, colorScheme: 'light', locale: 'zh-CN' },
    { name: 'phone-dark-en', ...screens.phone, colorScheme: 'dark', locale: 'en-US' },
    { name: 'desktop-light-en', ...screens.desktop, colorScheme: 'light', locale: 'en-US' },
    { name: 'desktop-dark-zh', ...screens.desktop, colorScheme: 'dark', locale: 'zh-CN' }
  ] as const

  for (const { name: look, ...options } of looks) {
    t.test(`pages are accessible, fit and break no policy: ${look}`, async t => {
      const { page, troubles } = await openPage(t, browser, options)
      for (const [name, address] of pages) {
        await page.goto(shop.url + address, { waitUntil: 'load' })
        t.same(await accessibilityFaults(page), [], `${name}: axe finds nothing`)
        t.equal(await tooWide(page), 0, `${name}: nothing is wider than the screen`)
        await keepPicture(page, `${look}-${name}`)
      }
      t.same(troubles.filter(text => !text.includes('404')), [], 'the console is quiet')
    })
  }

  t.test('a phone buys in three taps: choose, pay, code', async t => {
    const { page, troubles } = await openPage(t, browser, { ...screens.phone, locale: 'zh-CN' })
    await page.goto(shop.url + active.path)
    await page.fill('input[name=contact]', '13900139000')
    await page.click('button[data-step="1"]')
    t.match(await page.textContent('[data-total]'), '196', 'the total follows the quantity')
    await page.click('button[name=buy]')
    await page.waitForURL(/sandbox-gateway/)
    await page.click('button[value=pay]')
    await page.waitForSelector('main[data-state=completed]')
    t.equal(await page.locator('[data-code]').count(), 2, 'two were bought')
    t.notMatch(page.url(), /STEAM/)
    t.notMatch(await page.title(), /STEAM/)
    await keepPicture(page, 'journey-codes')
    t.same(troubles, [])
  })

  t.test('the proof of work is done by the page itself', async t => {
    const link = await shop.link({ stock: 5 })
    const { page, troubles } = await openPage(t, browser, { ...screens.phone, locale: 'en-US' })
    await page.goto(shop.url + link.path)
    await page.fill('input[name=contact]', 'ming@example.com')
    // What no person sees is filled in, so that this network is taken for an attacker's.
    await page.evaluate("document.querySelector('input[name=website]').value = 'https://spam.example'")
    await page.click('button[name=buy]')
    await page.waitForURL(/sandbox-gateway/)
    t.same(troubles.filter(text => !text.includes('403')), [])
  })

  t.test('what is refused stands where the buyer looks, with what was typed', async t => {
    const { page } = await openPage(t, browser, { ...screens.phone, locale: 'en-US' })
    await page.goto(shop.url + many.path)
    await page.fill('input[name=contact]', '12345')
    await page.click('button[name=buy]')
    await page.waitForSelector('[data-problem=contact_invalid]')
    t.equal(await page.inputValue('input[name=contact]'), '12345')
    t.equal(await page.evaluate("document.activeElement.getAttribute('name')"), 'contact', 'the field is marked and has the focus')
    t.same(await accessibilityFaults(page), [])
    await keepPicture(page, 'phone-light-en-refused')
  })

  t.test('without JavaScript a page buys, and its receipt looks for itself', async t => {
    const { page } = await openPage(t, browser, { ...screens.phone, locale: 'en-US', javaScriptEnabled: false })
    await page.goto(shop.url + active.path)
    await page.fill('input[name=contact]', 'no.script@example.com')
    await page.click('button[name=buy]')
    await page.waitForURL(/sandbox-gateway/)
    await page.click('button[value=pay]')
    await page.waitForSelector('main[data-state=completed]')
    t.equal(await page.locator('[data-code]').count(), 1)
  })

  async function manySkus () {
    const sku = async (name: string, stock: number) => {
      const id = await shop.house.sku({ price: '5', name })
      if (stock > 0) await shop.house.stocks(id, stock)
      return id
    }
    const money = (amount: string) => ({ amount, currency: 'CNY' as const })
    return await shop.link({
      title: 'Game cards of the evening',
      description: 'Pick your card. Delivered the second you pay.',
      skus: [
        { sku: await sku('¥50', 200), retail_price: money('48.50') }, { sku: await sku('¥100', 30), retail_price: money('96.00') },
        { sku: await sku('¥200', 3), retail_price: money('189.00') }, { sku: await sku('¥500', 0), retail_price: money('469.00') }
      ]
    })
  }

  async function buyEach (): Promise<(readonly [string, string])[]> {
    const buyer = shop.buyer({ language: 'zh-CN' })
    const completed = await buyer.pays(active, { quantity: '2' })
    const bare = (address: string) => address.split('?')[0]!
    const startedAt = async (link: typeof active) => {
      const started = await buyer.buys(link)
      const id = [...started.headers['set-cookie'] ?? []].join().match(/Path=(\/back\/chk_\w+)/)![1]!
      return { back: id, receipt: bare((await buyer.get(id)).location) }
    }
    const open = await startedAt(soldOut)
    const cancelled = await startedAt(many)
    await buyer.post(`${cancelled.receipt}/cancel`, {})
    const [scanned, refunded] = [await startedAt(many), await startedAt(many)]
    await shop.house.db`update payments set state = 'pending', action = '{"kind":"qr","content":"weixin://wxpay/bizpayurl?pr=abcdefg"}', query_at = null where subject_id = ${idOf(scanned.back)}`
    await shop.house.db`update checkouts set state = 'refunded', reason = 'out_of_stock', ended_at = now() where id = ${idOf(refunded.back)}`
    const question = shop.buyer()
    await question.get(open.back)
    return [['receipt', bare(completed)], ['open', open.receipt], ['cancelled', cancelled.receipt], ['scanned', scanned.receipt], ['refunded', refunded.receipt], ['question', open.back]]
  }
}

function idOf (back: string): string {
  return readId('checkout', back.slice('/back/'.length))!
}
