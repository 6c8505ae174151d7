// Shows the news of a stream as they come. Texts are set as text, never as HTML.
{
  const main = document.querySelector('main')
  const part = name => main.querySelector(`[data-${name}]`)
  const words = JSON.parse(main.dataset.words)
  const most = Number(main.dataset.max)
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
  const lostAfterMs = 5_000
  const againAfterMs = 10_000
  let aheadMs = 0
  let lost

  const ago = at => {
    const seconds = Math.max(0, Math.round((Date.now() + aheadMs - at) / 1_000))
    if (seconds < 10) return words.now
    if (seconds < 60) return fill(words.seconds, { n: Math.floor(seconds / 10) * 10 })
    if (seconds < 3_600) return fill(words.minutes, { n: Math.floor(seconds / 60) })
    return fill(words.hours, { n: Math.floor(seconds / 3_600) })
  }
  const tellTimes = () => {
    for (const time of main.querySelectorAll('time')) time.textContent = ago(Number(time.dataset.at))
  }
  const printPurchase = ({ key, at, buyer, goods, quantity }) => {
    const item = document.createElement('li')
    item.dataset.key = key
    const text = document.createElement('span')
    text.textContent = fill(words.bought, { buyer, goods, quantity })
    const time = document.createElement('time')
    time.dateTime = new Date(at).toISOString()
    time.dataset.at = at
    item.append(text, ' ', time)
    return item
  }
  const show = ({ now, sold, left, purchases }) => {
    aheadMs = now - Date.now()
    const counted = part('sold')
    if (counted.textContent !== String(sold)) {
      counted.textContent = String(sold)
      counted.classList.remove('beat')
      // Reading the width in between begins the animation anew.
      if (counted.offsetWidth > 0) counted.classList.add('beat')
    }
    part('left').textContent = words.left[left]
    part('left').dataset.step = left
    part('counter').hidden = false
    const list = part('purchases')
    const known = new Map([...list.children].map(item => [item.dataset.key, item]))
    list.replaceChildren(...purchases.slice(0, most).map(purchase => known.get(purchase.key) ?? printPurchase(purchase)))
    tellTimes()
  }

  const tellLost = () => {
    lost ??= setTimeout(() => { part('lost').hidden = false }, lostAfterMs)
  }
  const tellFound = () => {
    clearTimeout(lost)
    lost = undefined
    part('lost').hidden = true
  }
  const connect = () => {
    const source = new window.EventSource(`${window.location.pathname}/events`)
    source.addEventListener('news', ({ data }) => show(JSON.parse(data)))
    source.addEventListener('open', tellFound)
    source.addEventListener('error', () => {
      tellLost()
      // A lost connection is made anew by the browser; what was refused, as by a server that is full, is not.
      if (source.readyState === window.EventSource.CLOSED) setTimeout(connect, againAfterMs)
    })
  }
  connect()
  setInterval(tellTimes, 5_000)
}
