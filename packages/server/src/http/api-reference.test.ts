import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReference } from './api-reference.ts';

test('whatever stands in the document is shown as text', () => {
  const evil = '<script>alert("x")</script> & "';
  const page = renderReference({
    info: { title: evil, version: evil, description: evil },
    tags: [{ name: evil, description: evil }],
    paths: {
      [`/${evil}`]: {
        post: {
          tags: [evil],
          summary: evil,
          description: evil,
          parameters: [{ name: evil, in: evil, description: evil }],
          requestBody: { content: { [evil]: { schema: { properties: { [evil]: { enum: [evil] } } } } } },
          responses: { [evil]: { description: evil } },
        },
      },
    },
  });
  assert.ok(!page.includes('<script'));
  assert.ok(page.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &quot;'));
});
