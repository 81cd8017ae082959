"""The sandbox's side of the sidecar's settings: people are told by its sinks, in every channel."""

from __future__ import annotations


def channels(sinks: str, smtp: str, signing_secret: str) -> dict[str, str]:
    """Settings for the sinks at these URLs; the secret signs what is pressed on their page."""
    return {
        "SIDECAR_SLACK_WEBHOOK_URL": f"{sinks}/services/T000/B000/sales",
        "SIDECAR_OPERATIONS_SLACK_WEBHOOK_URL": f"{sinks}/services/T000/B000/operations",
        "SIDECAR_SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SIDECAR_SLACK_SIGNING_SECRET": signing_secret,
        "SIDECAR_SLACK_CHANNEL": "C0SALES",
        "SIDECAR_SLACK_API_URL": f"{sinks}/api",
        "SIDECAR_TEAMS_WEBHOOKS": f"sales={sinks}/workflows/sales",
        "SIDECAR_TWILIO_ACCOUNT": "ACsandbox",
        "SIDECAR_TWILIO_TOKEN": "sandbox",
        "SIDECAR_TWILIO_URL": sinks,
        "SIDECAR_SMS_FROM": "Enrichment",
        "SIDECAR_SMS_TO": "+12025550143",  # a number for stories (North American Numbering Plan)
        "SIDECAR_SMTP_URL": smtp,
        "SIDECAR_MAIL_FROM": "Enrichment <leads@example.com>",
        "SIDECAR_MAIL_TO": "sales@example.com",
    }
