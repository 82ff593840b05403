/**
 * Definitions where terms are met: on hover, on focus, on tap. What is shown is the entry of the glossary that the term's
 * link leads to; without this script it is a link and nothing else.
 */

/** Time to move the pointer from the term into its definition, in milliseconds. */
const GRACE = 250;

/** Between a term and its definition, and to the page's edge, in pixels. */
const GAP = 6;

const links = 'a.term';

/** Makes every term on the page tell its definition. */
export function tellTerms(): void {
  const box = document.createElement('div');
  if (!('showPopover' in box)) return;
  Object.assign(box, { id: 'definition', className: 'definition', popover: 'manual' });
  document.body.append(box);
  for (const link of document.querySelectorAll<HTMLAnchorElement>(links)) {
    link.setAttribute('role', 'button');
    link.setAttribute('aria-expanded', 'false');
    const definition = definitionOf(link);
    if (definition) link.setAttribute('aria-describedby', (definition.id ||= `${link.hash.slice(1)}-means`));
  }
  let shown: HTMLAnchorElement | undefined;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  const show = (link: HTMLAnchorElement) => {
    clearTimeout(leaving);
    if (link === shown) return;
    const definition = definitionOf(link);
    if (!definition) return;
    hide();
    shown = link;
    link.setAttribute('aria-expanded', 'true');
    box.replaceChildren(nameOf(link), ...[...definition.cloneNode(true).childNodes]);
    box.showPopover();
    place(box, link);
  };
  const hide = () => {
    clearTimeout(leaving);
    shown?.setAttribute('aria-expanded', 'false');
    if (shown) box.hidePopover();
    shown = undefined;
  };
  const hideSoon = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, GRACE);
  };

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return; // a tap is a click
    const link = termAt(event);
    if (link) show(link);
    else if (shown && box.contains(event.target as Node)) clearTimeout(leaving);
    else if (shown && document.activeElement !== shown) hideSoon();
  });
  document.addEventListener('focusin', (event) => {
    const link = termAt(event);
    if (link?.matches(':focus-visible')) show(link);
    else if (link !== shown) hide();
  });
  document.addEventListener('focusout', (event) => {
    if (event.target === shown) hideSoon();
  });
  // Before the page follows the link.
  document.addEventListener(
    'click',
    (event) => {
      const link = termAt(event);
      if (!link) return box.contains(event.target as Node) ? undefined : hide();
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const byKey = event.detail === 0;
      if (byKey && shown === link) hide();
      else show(link);
    },
    { capture: true },
  );
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
    const link = event.key === ' ' ? termAt(event) : undefined;
    if (!link) return;
    event.preventDefault();
    link.click();
  });
  // Coming to a term by keyboard may scroll the page.
  const follow = () => {
    if (!shown) return;
    const { top, bottom } = shown.getBoundingClientRect();
    if (bottom < 0 || top > document.documentElement.clientHeight) hide();
    else place(box, shown);
  };
  addEventListener('scroll', follow, { passive: true });
  addEventListener('resize', follow);
}

function termAt({ target }: Event): HTMLAnchorElement | undefined {
  return (target as Element).closest?.<HTMLAnchorElement>(links) ?? undefined;
}

/** The entry of the glossary after the name that the link leads to. */
function definitionOf(link: HTMLAnchorElement): Element | undefined {
  return document.getElementById(link.hash.slice(1))?.nextElementSibling ?? undefined;
}

/** The term as the glossary has it. */
function nameOf(link: HTMLAnchorElement): HTMLElement {
  const name = document.createElement('b');
  name.append(document.getElementById(link.hash.slice(1))!.textContent.trim());
  return name;
}

/** Below the term where there is room, else above; never beyond the page's edges. */
function place(box: HTMLElement, link: HTMLElement): void {
  // Of a term that is broken over two lines, the line it begins in.
  const [term] = link.getClientRects();
  const { width, height } = box.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = term.bottom + GAP;
  const left = Math.min(term.left, clientWidth - width - GAP);
  box.style.left = `${Math.max(GAP, left)}px`;
  box.style.top = `${below + height <= clientHeight ? below : Math.max(GAP, term.top - height - GAP)}px`;
}
