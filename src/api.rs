//! JSON at the edge: what the provider’s customers and systems call, over the same operations as the pages.
