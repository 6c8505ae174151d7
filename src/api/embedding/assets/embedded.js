// In the iframe: tells its parent how high it is, and shows what is left anew from time to time.
{
  const freshEveryMs = 15_000
  const height = () => Math.ceil(document.documentElement.getBoundingClientRect().height)
  // Whose page it is does not matter: a height is no secret, and the parent checks who speaks.
  const tell = () => window.parent.postMessage({ kahub: 'size', height: height() }, '*')
  if (window.parent !== window) new window.ResizeObserver(tell).observe(document.documentElement)
  setInterval(async () => {
    if (document.hidden) return
    const answer = await fetch(window.location.href, { cache: 'no-store' }).catch(() => undefined)
    if (!answer?.ok) return
    const fresh = new window.DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main')
    const shown = document.querySelector('main')
    // Whoever has the focus on the button keeps it.
    if (!fresh || shown.contains(document.activeElement) || shown.outerHTML === fresh.outerHTML) return
    shown.replaceWith(fresh)
  }, freshEveryMs)
}
