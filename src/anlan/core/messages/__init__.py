"""Word to contacts who consented: templates, purposes with quiet hours, gateways, receipts."""
