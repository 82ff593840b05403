/** The reference page: every element begins to work when its section comes near. */
import '../elements/define';
import { examples } from './examples';
import { showExample } from './live_example';

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      const section = target as HTMLElement;
      showExample(section, examples[section.dataset['tag']!]);
    }
  },
  { rootMargin: '50% 0px' },
);
for (const section of document.querySelectorAll('section[data-tag]')) observer.observe(section);
