/** Does something once, when an element is about to be seen: what is far down a page costs nothing before that. */
export function whenNear(element: Element, act: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: '50% 0px' },
  );
  observer.observe(element);
}
