/** Which form of the recurrence is chosen once both were timed; that both have the same numbers is test/gpu's to see. */
import { expect, it } from 'vitest';
import { fasterForm } from '../../src/engine/gpu/choose_form';

it('is the faster one, and a dispatch for each step has to be faster by what it costs the host', () => {
  expect(fasterForm({ step: 10, persistent: 9 })).toBe('persistent');
  expect(fasterForm({ step: 10, persistent: 11 })).toBe('persistent');
  expect(fasterForm({ step: 10, persistent: 12 })).toBe('step');
});
