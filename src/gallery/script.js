'use strict';
const links = [...document.querySelectorAll('main a')];
const cards = [...document.querySelectorAll('.grid a')];
const viewer = document.querySelector('dialog');
const [large, name, time, original] = viewer.querySelectorAll('img, bdi, time, a');
let shown = 0;

function show(index) {
  const card = cards[index];
  if (!card) return;
  shown = index;
  const small = card.querySelector('img');
  const source = 'shown' in card.dataset ? card.href : card.dataset.large || small?.src || '';
  large.onerror = () => { large.onerror = null; large.src = small?.currentSrc || small?.src || ''; };
  large.src = source;
  name.textContent = card.querySelector('b').textContent;
  time.textContent = card.querySelector('time')?.textContent || '';
  original.href = card.href;
  if (!viewer.open) viewer.showModal();
}

// The link above or below is the one in the next row whose middle is nearest.
function beside(index, key) {
  if (key === 'ArrowLeft') return index - 1;
  if (key === 'ArrowRight') return index + 1;
  const step = key === 'ArrowDown' ? 1 : -1;
  const middle = link => link.offsetLeft + link.offsetWidth / 2;
  const from = links[index];
  let best = -1;
  let row = null;
  for (let i = index + step; links[i]; i += step) {
    const top = links[i].offsetTop;
    if (top === from.offsetTop) continue;
    row ??= top;
    if (top !== row) break;
    const distance = link => Math.abs(middle(link) - middle(from));
    if (best < 0 || distance(links[i]) < distance(links[best])) best = i;
  }
  return best;
}

// A transparent thumbnail must not show its placeholder.
document.addEventListener('load', event => {
  if (event.target instanceof HTMLImageElement) event.target.style.background = 'none';
}, true);

document.addEventListener('click', event => {
  const by = event.target.closest('dialog button')?.dataset.by;
  if (by === '0') return viewer.close();
  if (by) return show(shown + Number(by));
  const card = event.target.closest('.grid a');
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(cards.indexOf(card));
});

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const isArrow = event.key.startsWith('Arrow');
  if (viewer.open) {
    if (isArrow) show(shown + (event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 1));
    else if (event.key === 'Enter' && document.activeElement.tagName !== 'BUTTON') location.href = original.href;
    else return;
    event.preventDefault();
  } else if (isArrow && links.length) {
    const index = links.indexOf(document.activeElement);
    const next = index < 0 ? 0 : beside(index, event.key);
    if (!links[next]) return;
    links[next].focus();
    event.preventDefault();
  } else if (event.key === 'Escape') {
    const above = [...document.querySelectorAll('nav a')].pop();
    if (above) location.href = above.href;
  }
});

viewer.addEventListener('close', () => {
  large.onerror = null;
  large.removeAttribute('src');
  cards[shown]?.focus();
});
