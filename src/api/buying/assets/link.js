// What a script adds to the page of a link, which works without: ticking time, totals, what is left, one attempt for one press,
// and the proof of work where one is asked for.
/* global addEventListener, history, location, EventSource, ResizeObserver, Worker */
'use strict'
const main = document.getElementById('main')
const form = document.getElementById('buy')
const language = document.documentElement.lang

// The answer to a form is shown at the address of the link: going back to it, or loading it anew, sends nothing a second time.
if (location.pathname.endsWith('/checkouts')) history.replaceState(null, '', `/l/${main.dataset.slug}?lang=${language}`)

tick()
setInterval(tick, 1000)
if (window.parent !== window) tellSize()
if (form) enliven(form)
if (main.dataset.left) followLeft()

function tick () {
  for (const place of document.querySelectorAll('[data-countdown]')) {
    const seconds = Math.max(0, Math.ceil((Number(place.dataset.countdown) - Date.now()) / 1000))
    const two = number => String(number).padStart(2, '0')
    const days = Math.floor(seconds / 86400)
    const clock = `${two(Math.floor(seconds % 86400 / 3600))}:${two(Math.floor(seconds % 3600 / 60))}:${two(seconds % 60)}`
    place.querySelector('strong').textContent = days === 0 ? clock : `${days}${language === 'en' ? 'd' : ' 天'} ${clock}`
    // Everybody's clock strikes at once: they come back one after another. What is being typed is not taken away.
    if (seconds === 0 && !place.dataset.over) {
      place.dataset.over = '1'
      if (!form && Date.now() - Number(place.dataset.countdown) < 60000) setTimeout(() => location.reload(), 300 + Math.random() * 2000)
    }
  }
}

function enliven (form) {
  const quantity = form.elements.namedItem('quantity')
  const total = form.querySelector('[data-total]')
  const money = new Intl.NumberFormat(language, { style: 'currency', currency: form.dataset.currency, currencyDisplay: 'narrowSymbol' })
  const chosen = () => form.querySelector('input[name=sku]:checked')
  const steppers = [...form.querySelectorAll('button[data-step]')]
  const size = () => Number(chosen().dataset.quantityStep)
  const clamp = value => Math.min(Number(chosen().dataset.max), Math.max(Number(chosen().dataset.min), value))

  const show = () => {
    const sku = chosen()
    if (!sku) return
    quantity.min = sku.dataset.min
    quantity.max = sku.dataset.max
    quantity.step = sku.dataset.quantityStep
    const pieces = Number(quantity.value)
    total.textContent = money.format(Number(sku.dataset.price) * (Number.isInteger(pieces) && pieces > 0 ? pieces : 0))
    total.parentElement.hidden = false
    for (const button of steppers) button.disabled = clamp(pieces + Number(button.dataset.step) * size()) === pieces
  }
  for (const button of steppers) {
    button.hidden = false
    button.addEventListener('click', () => {
      quantity.value = String(clamp((Number(quantity.value) || 0) + Number(button.dataset.step) * size()))
      show()
    })
  }
  form.addEventListener('input', show)
  form.addEventListener('change', event => {
    if (event.target.name === 'sku') quantity.value = String(clamp(Number(quantity.value) || 1))
    show()
  })
  show()
  guardPresses(form)
}

function guardPresses (form) {
  const button = form.elements.namedItem('buy')
  const progress = form.querySelector('[data-progress]')
  const label = button.textContent
  let solving
  let sent = false
  const solve = () => {
    solving = solving || solveChallenge(form.dataset.challenge)
    return solving
  }
  const send = async () => {
    button.setAttribute('aria-disabled', 'true')
    if (form.dataset.challenge) {
      progress.textContent = form.dataset.checking
      try {
        form.elements.namedItem('challenge').value = await solve()
      } catch {
        solving = undefined
        progress.textContent = form.dataset.failed
        button.removeAttribute('aria-disabled')
        return
      }
      progress.textContent = ''
    }
    form.elements.namedItem('attempt').value = attemptFor(form)
    button.textContent = form.dataset.busy
    sent = form.target !== '_blank'
    form.submit()
    if (!sent) reset()
  }
  const reset = () => {
    sent = false
    solving = undefined
    button.textContent = label
    button.removeAttribute('aria-disabled')
  }
  form.addEventListener('submit', event => {
    event.preventDefault()
    if (!sent && !button.hasAttribute('aria-disabled')) send()
  })
  // Whoever comes back from the gateway finds the button as it was.
  addEventListener('pageshow', event => { if (event.persisted) reset() })
  if (form.dataset.challenge) form.addEventListener('focusin', () => solve().catch(() => { solving = undefined }), { once: true })
  if ('resume' in form.dataset && form.checkValidity()) send()
}

// The same wish within ten minutes is the same attempt: pressed twice, or come back to, it is one purchase. A receipt that is paid forgets it.
function attemptFor (form) {
  const fields = new FormData(form)
  const wish = JSON.stringify([location.pathname, ...['sku', 'quantity', 'contact', 'gateway'].map(name => fields.get(name))])
  try {
    const before = JSON.parse(sessionStorage.getItem('attempt') || 'null')
    if (before && before.wish === wish && Date.now() - before.at < 600000) return before.attempt
    const attempt = randomId()
    sessionStorage.setItem('attempt', JSON.stringify({ wish, attempt, at: Date.now() }))
    return attempt
  } catch {
    return randomId()
  }
}

function randomId () {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = bytes[6] & 15 | 64
  bytes[8] = bytes[8] & 63 | 128
  return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? '-' : '') + byte.toString(16).padStart(2, '0')).join('')
}

async function solveChallenge (address) {
  if (!window.Worker || !window.crypto || !crypto.subtle) throw new Error('this browser cannot')
  const answer = await fetch(address, { credentials: 'same-origin' })
  if (!answer.ok) throw new Error('there is no challenge')
  const { worker: script, challenge } = await answer.json()
  return await new Promise((resolve, reject) => {
    const worker = new Worker(script)
    worker.onmessage = ({ data }) => {
      worker.terminate()
      data ? resolve(btoa(JSON.stringify({ challenge, solution: data }))) : reject(new Error('no counter fits'))
    }
    worker.onerror = () => {
      worker.terminate()
      reject(new Error('the worker failed'))
    }
    worker.postMessage(challenge.parameters)
  })
}

// What the link is and what is left, as it is told in steps; without it the page stays as it is.
function followLeft () {
  if (!window.EventSource) return
  const words = form && JSON.parse(form.dataset.words)
  const source = new EventSource(main.dataset.left)
  let failures = 0
  let stateBefore
  source.onerror = () => { if (++failures > 3) source.close() }
  source.onmessage = ({ data }) => {
    const told = JSON.parse(data)
    failures = 0
    if (form) showLeft(told, words)
    // What is shown instead of the form has changed for all who wait for it: they come back one after another.
    else if (stateBefore && told.state !== stateBefore) setTimeout(() => location.reload(), 300 + Math.random() * 2000)
    stateBefore = told.state
  }
  addEventListener('pagehide', () => source.close())
}

function showLeft (told, words) {
  for (const place of form.querySelectorAll('[data-left-of]')) {
    const step = told.skus[place.dataset.leftOf]
    if (!(step in words.left)) continue
    place.textContent = words.left[step]
    place.dataset.stepIs = step
  }
  const badge = document.querySelector('[data-badge]')
  if (told.state in words.states && badge.dataset.badge !== told.state) {
    badge.dataset.badge = told.state
    badge.textContent = words.states[told.state]
  }
}

// Inside another page: how tall this one is.
function tellSize () {
  const tell = () => window.parent.postMessage({ kahub: 'size', slug: main.dataset.slug, height: document.documentElement.scrollHeight }, '*')
  new ResizeObserver(tell).observe(document.body)
}
