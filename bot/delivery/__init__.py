"""Planning and sending: what each guardian gets, when, and a reason for whatever was not sent."""
