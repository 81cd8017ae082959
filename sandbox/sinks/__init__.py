"""Everything by which people are told, that only keeps what it gets and never deduplicates: Slack's incoming
webhooks and Web API, Microsoft Teams' webhooks, Twilio's SMS and a mail server.

`python -m sandbox.sinks --smtp-port N --http-port M [--keep FILE]`: GET /slack, /slack-bot, /teams, /sms and
/mail list the messages as JSON, those behind an id with ?after=; DELETE empties; / shows them to people, who
can press Slack's buttons there. With --keep they are there again after a restart, the newest 20,000 of them.

POST /_script {"channel": one of those names, "status", "times", "retry_after", "text", "recipient",
"method", "error", "delay", "accept", "drop"} makes the next message of that channel (`slack` unless said)
fail: answered with that HTTP status or SMTP code so many times (once unless said), after `delay` seconds.
With a `recipient` the mail server refuses that address, else the whole message. Of Slack's Web API it is the
calls of a `method` (chat.postMessage unless said); `error` is the code that is answered. With `accept` the
message is kept first, and then goes unanswered for the delay, or is answered with the failure. With `drop`
the connection is cut instead of an answer. With none of these it only delays. DELETE /_script ends it.

A stand-in made from the services' documentation: what it answers has the shape of the real answers.
"""

from sandbox.sinks.app import create_app

__all__ = ["create_app"]
