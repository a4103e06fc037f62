"""Mail that machines write about mail: delivery reports, receipts, reactions, free-form bounces."""
