//! Request → response: which host, over which transport, and the body as a stream.
