"""What callers without pii:read see."""

from sidecar.masking import mask_lead


def test_nothing_that_names_the_person_is_left():
    lead = {
        "id": "1", "message": "call me", "custom": {"x": 1},
        "contact": {
            "full_name": "Jane Roe", "first_name": "Jane", "last_name": "Roe",
            "email": "jane.roe@acme.example", "email_canonical": "jane.roe@acme.example",
            "phone": "+15550100", "linkedin_url": "https://linkedin.com/in/jane-roe",
            "country": "US"},
    }
    masked = mask_lead(lead)
    assert masked["contact"] == {
        "full_name": "J. R.", "first_name": "J.", "last_name": "R.", "email": "j…@acme.example",
        "phone": "…00", "country": "US"}
    assert masked["message"] is None and masked["custom"] == {}
