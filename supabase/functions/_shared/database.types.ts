
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "admin_audit_log": {
                  Row: {
                    "action": string,"actor_id": string | null,"after": Json | null,"before": Json | null,"created_at": string,"id": number,"idempotency_key": string | null,"reason": string,"subject_id": string,"subject_table": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"after"?: Json | null,"before"?: Json | null,"created_at"?: string,"id"?: never,"idempotency_key"?: string | null,"reason": string,"subject_id": string,"subject_table": string
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"after"?: Json | null,"before"?: Json | null,"created_at"?: string,"id"?: never,"idempotency_key"?: string | null,"reason"?: string,"subject_id"?: string,"subject_table"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"admins": {
                  Row: {
                    "created_at": string,"role": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"role": string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"role"?: string,"user_id"?: string
                  }
                  Relationships: [
                    
                  ]
                },"agent_prompts": {
                  Row: {
                    "agent_type_id": string,"created_at": string,"greeting": string | null,"instructions": string,"updated_at": string,"voice": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_type_id": string,"created_at"?: string,"greeting"?: string | null,"instructions"?: string,"updated_at"?: string,"voice"?: string | null
                  }
                  Update: {
                    "agent_type_id"?: string,"created_at"?: string,"greeting"?: string | null,"instructions"?: string,"updated_at"?: string,"voice"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "agent_prompts_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: true
      referencedRelation: "agent_types"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "agent_prompts_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: true
      referencedRelation: "panel_agents"
      referencedColumns: ["id"]
    }
                  ]
                },"agent_types": {
                  Row: {
                    "created_at": string,"description": string,"id": string,"is_active": boolean,"kind": string,"minimum_charge_seconds": number,"name": string,"rate_permille": number,"sort_order": number,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"description"?: string,"id": string,"is_active"?: boolean,"kind"?: string,"minimum_charge_seconds"?: number,"name": string,"rate_permille"?: number,"sort_order"?: number,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"description"?: string,"id"?: string,"is_active"?: boolean,"kind"?: string,"minimum_charge_seconds"?: number,"name"?: string,"rate_permille"?: number,"sort_order"?: number,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"auto_top_up_attempts": {
                  Row: {
                    "created_at": string,"finished_at": string | null,"leased_until_at": string | null,"outcome": string | null,"payment_id": string,"payment_method_id": string,"runs": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"finished_at"?: string | null,"leased_until_at"?: string | null,"outcome"?: string | null,"payment_id": string,"payment_method_id": string,"runs"?: number,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"finished_at"?: string | null,"leased_until_at"?: string | null,"outcome"?: string | null,"payment_id"?: string,"payment_method_id"?: string,"runs"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "auto_top_up_attempts_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: true
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "auto_top_up_attempts_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: true
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_top_up_attempts_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: true
      referencedRelation: "payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_top_up_attempts_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_top_up_attempts_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"auto_top_ups": {
                  Row: {
                    "created_at": string,"disabled_at": string | null,"disabled_reason": string | null,"is_enabled": boolean,"last_attempt_at": string | null,"limit_reached_at": string | null,"monthly_limit_cents": number | null,"package_id": string | null,"payment_method_id": string | null,"threshold_seconds": number | null,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"disabled_at"?: string | null,"disabled_reason"?: string | null,"is_enabled"?: boolean,"last_attempt_at"?: string | null,"limit_reached_at"?: string | null,"monthly_limit_cents"?: number | null,"package_id"?: string | null,"payment_method_id"?: string | null,"threshold_seconds"?: number | null,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"disabled_at"?: string | null,"disabled_reason"?: string | null,"is_enabled"?: boolean,"last_attempt_at"?: string | null,"limit_reached_at"?: string | null,"monthly_limit_cents"?: number | null,"package_id"?: string | null,"payment_method_id"?: string | null,"threshold_seconds"?: number | null,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "auto_top_ups_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_top_ups_user_id_fkey"
      columns: ["user_id"]
isOneToOne: true
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "auto_top_ups_user_id_fkey"
      columns: ["user_id"]
isOneToOne: true
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"card_holds": {
                  Row: {
                    "card_id": string,"created_at": string,"held_seconds": number,"position": number,"session_id": string,"used_seconds": number
                  }
                  ComputedFields: never
                  Insert: {
                    "card_id": string,"created_at"?: string,"held_seconds": number,"position": number,"session_id": string,"used_seconds"?: number
                  }
                  Update: {
                    "card_id"?: string,"created_at"?: string,"held_seconds"?: number,"position"?: number,"session_id"?: string,"used_seconds"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "card_holds_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "card_holds_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "time_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "card_holds_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "panel_sessions"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "card_holds_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "voice_sessions"
      referencedColumns: ["id"]
    }
                  ]
                },"code_batches": {
                  Row: {
                    "audit_id": number,"created_at": string,"id": string,"package_id": string,"quantity": number
                  }
                  ComputedFields: never
                  Insert: {
                    "audit_id": number,"created_at"?: string,"id"?: string,"package_id": string,"quantity": number
                  }
                  Update: {
                    "audit_id"?: number,"created_at"?: string,"id"?: string,"package_id"?: string,"quantity"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "code_batches_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "admin_audit_log"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_user_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    }
                  ]
                },"daily_card_time": {
                  Row: {
                    "card_seconds": number,"currency": string,"day": string,"expired_seconds": number,"issued_seconds": number,"price_cents": number,"revoked_seconds": number,"source": string,"total_expired_seconds": number,"total_issued_seconds": number,"total_revoked_seconds": number,"total_used_seconds": number,"used_seconds": number
                  }
                  ComputedFields: never
                  Insert: {
                    "card_seconds": number,"currency": string,"day": string,"expired_seconds": number,"issued_seconds": number,"price_cents": number,"revoked_seconds": number,"source": string,"total_expired_seconds": number,"total_issued_seconds": number,"total_revoked_seconds": number,"total_used_seconds": number,"used_seconds": number
                  }
                  Update: {
                    "card_seconds"?: number,"currency"?: string,"day"?: string,"expired_seconds"?: number,"issued_seconds"?: number,"price_cents"?: number,"revoked_seconds"?: number,"source"?: string,"total_expired_seconds"?: number,"total_issued_seconds"?: number,"total_revoked_seconds"?: number,"total_used_seconds"?: number,"used_seconds"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "daily_card_time_day_fkey"
      columns: ["day"]
isOneToOne: false
      referencedRelation: "daily_stats"
      referencedColumns: ["day"]
    }
                  ]
                },"daily_revenue": {
                  Row: {
                    "charged_back_cents": number,"currency": string,"day": string,"paid_cents": number,"refunded_cents": number
                  }
                  ComputedFields: never
                  Insert: {
                    "charged_back_cents": number,"currency": string,"day": string,"paid_cents": number,"refunded_cents": number
                  }
                  Update: {
                    "charged_back_cents"?: number,"currency"?: string,"day"?: string,"paid_cents"?: number,"refunded_cents"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "daily_revenue_day_fkey"
      columns: ["day"]
isOneToOne: false
      referencedRelation: "daily_stats"
      referencedColumns: ["day"]
    }
                  ]
                },"daily_stats": {
                  Row: {
                    "closed_at": string,"completed_sessions": number,"day": string,"failed_payments": number,"failed_sessions": number,"rating_points": number,"ratings": number,"satisfied_ratings": number,"served_seconds": number,"sign_ups": number,"succeeded_payments": number,"unjoined_sessions": number
                  }
                  ComputedFields: never
                  Insert: {
                    "closed_at": string,"completed_sessions": number,"day": string,"failed_payments": number,"failed_sessions": number,"rating_points": number,"ratings": number,"satisfied_ratings": number,"served_seconds": number,"sign_ups": number,"succeeded_payments": number,"unjoined_sessions": number
                  }
                  Update: {
                    "closed_at"?: string,"completed_sessions"?: number,"day"?: string,"failed_payments"?: number,"failed_sessions"?: number,"rating_points"?: number,"ratings"?: number,"satisfied_ratings"?: number,"served_seconds"?: number,"sign_ups"?: number,"succeeded_payments"?: number,"unjoined_sessions"?: number
                  }
                  Relationships: [
                    
                  ]
                },"knowledge_chunks": {
                  Row: {
                    "content": string,"document_id": string,"heading": string,"id": number,"language": string,"position": number,"search_words": unknown
                  }
                  ComputedFields: never
                  Insert: {
                    "content": string,"document_id": string,"heading": string,"id"?: never,"language": string,"position": number,"search_words"?: never
                  }
                  Update: {
                    "content"?: string,"document_id"?: string,"heading"?: string,"id"?: never,"language"?: string,"position"?: number,"search_words"?: never
                  }
                  Relationships: [
                    {
      foreignKeyName: "knowledge_chunks_document_id_fkey"
      columns: ["document_id"]
isOneToOne: false
      referencedRelation: "knowledge_documents"
      referencedColumns: ["id"]
    }
                  ]
                },"knowledge_documents": {
                  Row: {
                    "chunk_count": number,"content_hash": string | null,"created_at": string,"created_by": string | null,"file_name": string,"id": string,"is_active": boolean,"language": string,"media_type": string,"title": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "chunk_count"?: number,"content_hash"?: string | null,"created_at"?: string,"created_by"?: string | null,"file_name": string,"id"?: string,"is_active"?: boolean,"language"?: string,"media_type": string,"title": string,"updated_at"?: string
                  }
                  Update: {
                    "chunk_count"?: number,"content_hash"?: string | null,"created_at"?: string,"created_by"?: string | null,"file_name"?: string,"id"?: string,"is_active"?: boolean,"language"?: string,"media_type"?: string,"title"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "knowledge_documents_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "knowledge_documents_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"ledger_entries": {
                  Row: {
                    "audit_id": number | null,"card_id": string,"created_at": string,"from_bucket": string | null,"id": number,"kind": string,"payment_id": string | null,"seconds": number,"session_id": string | null,"to_bucket": string
                  }
                  ComputedFields: never
                  Insert: {
                    "audit_id"?: number | null,"card_id": string,"created_at"?: string,"from_bucket"?: string | null,"id"?: never,"kind": string,"payment_id"?: string | null,"seconds": number,"session_id"?: string | null,"to_bucket": string
                  }
                  Update: {
                    "audit_id"?: number | null,"card_id"?: string,"created_at"?: string,"from_bucket"?: string | null,"id"?: never,"kind"?: string,"payment_id"?: string | null,"seconds"?: number,"session_id"?: string | null,"to_bucket"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "ledger_entries_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "admin_audit_log"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_user_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "time_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "ledger_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "panel_sessions"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "voice_sessions"
      referencedColumns: ["id"]
    }
                  ]
                },"livekit_events": {
                  Row: {
                    "disconnect_reason": string | null,"id": string,"is_agent": boolean,"occurred_at": string,"participant_identity": string | null,"payload": NonNullable<Json>,"received_at": string,"session_id": string | null,"type": string
                  }
                  ComputedFields: never
                  Insert: {
                    "disconnect_reason"?: string | null,"id": string,"is_agent"?: boolean,"occurred_at": string,"participant_identity"?: string | null,"payload": NonNullable<Json>,"received_at"?: string,"session_id"?: string | null,"type": string
                  }
                  Update: {
                    "disconnect_reason"?: string | null,"id"?: string,"is_agent"?: boolean,"occurred_at"?: string,"participant_identity"?: string | null,"payload"?: NonNullable<Json>,"received_at"?: string,"session_id"?: string | null,"type"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "livekit_events_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "panel_sessions"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "livekit_events_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "voice_sessions"
      referencedColumns: ["id"]
    }
                  ]
                },"notices": {
                  Row: {
                    "created_at": string,"details": NonNullable<Json>,"id": number,"kind": string,"payment_id": string | null,"read_at": string | null,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"details"?: NonNullable<Json>,"id"?: never,"kind": string,"payment_id"?: string | null,"read_at"?: string | null,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"details"?: NonNullable<Json>,"id"?: never,"kind"?: string,"payment_id"?: string | null,"read_at"?: string | null,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "notices_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "notices_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notices_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notices_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notices_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"packages": {
                  Row: {
                    "created_at": string,"currency": string,"description": string,"id": string,"is_active": boolean,"name": string,"price_cents": number,"sort_order": number,"total_seconds": number,"updated_at": string,"validity_days": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"currency"?: string,"description"?: string,"id": string,"is_active"?: boolean,"name": string,"price_cents": number,"sort_order"?: number,"total_seconds": number,"updated_at"?: string,"validity_days"?: number | null
                  }
                  Update: {
                    "created_at"?: string,"currency"?: string,"description"?: string,"id"?: string,"is_active"?: boolean,"name"?: string,"price_cents"?: number,"sort_order"?: number,"total_seconds"?: number,"updated_at"?: string,"validity_days"?: number | null
                  }
                  Relationships: [
                    
                  ]
                },"payment_disputes": {
                  Row: {
                    "amount_cents": number,"created_at": string,"currency": string,"id": string,"payment_id": string | null,"reason": string | null,"status": string,"stripe_charge_id": string | null,"stripe_payment_intent_id": string | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "amount_cents": number,"created_at"?: string,"currency": string,"id": string,"payment_id"?: string | null,"reason"?: string | null,"status": string,"stripe_charge_id"?: string | null,"stripe_payment_intent_id"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "amount_cents"?: number,"created_at"?: string,"currency"?: string,"id"?: string,"payment_id"?: string | null,"reason"?: string | null,"status"?: string,"stripe_charge_id"?: string | null,"stripe_payment_intent_id"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "payment_disputes_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "payment_disputes_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payment_disputes_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    }
                  ]
                },"payment_entries": {
                  Row: {
                    "amount_cents": number,"created_at": string,"currency": string,"dispute_id": string | null,"id": number,"kind": string,"payment_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "amount_cents": number,"created_at"?: string,"currency": string,"dispute_id"?: string | null,"id"?: never,"kind": string,"payment_id": string
                  }
                  Update: {
                    "amount_cents"?: number,"created_at"?: string,"currency"?: string,"dispute_id"?: string | null,"id"?: never,"kind"?: string,"payment_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "payment_entries_dispute_id_fkey"
      columns: ["dispute_id"]
isOneToOne: true
      referencedRelation: "payment_disputes"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payment_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "payment_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payment_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    }
                  ]
                },"payments": {
                  Row: {
                    "amount_cents": number,"created_at": string,"currency": string,"failed_at": string | null,"failure_code": string | null,"failure_message": string | null,"flow": string,"id": string,"idempotency_key": string | null,"metadata": NonNullable<Json>,"package_id": string,"paid_at": string | null,"receipt_url": string | null,"reconciled_at": string | null,"refunded_cents": number,"request_fingerprint": string | null,"review_reason": string | null,"status": string,"stripe_charge_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null,"time_card_id": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "amount_cents": number,"created_at"?: string,"currency": string,"failed_at"?: string | null,"failure_code"?: string | null,"failure_message"?: string | null,"flow": string,"id"?: string,"idempotency_key"?: string | null,"metadata"?: NonNullable<Json>,"package_id": string,"paid_at"?: string | null,"receipt_url"?: string | null,"reconciled_at"?: string | null,"refunded_cents"?: number,"request_fingerprint"?: string | null,"review_reason"?: string | null,"status"?: string,"stripe_charge_id"?: string | null,"stripe_checkout_session_id"?: string | null,"stripe_payment_intent_id"?: string | null,"time_card_id": string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "amount_cents"?: number,"created_at"?: string,"currency"?: string,"failed_at"?: string | null,"failure_code"?: string | null,"failure_message"?: string | null,"flow"?: string,"id"?: string,"idempotency_key"?: string | null,"metadata"?: NonNullable<Json>,"package_id"?: string,"paid_at"?: string | null,"receipt_url"?: string | null,"reconciled_at"?: string | null,"refunded_cents"?: number,"request_fingerprint"?: string | null,"review_reason"?: string | null,"status"?: string,"stripe_charge_id"?: string | null,"stripe_checkout_session_id"?: string | null,"stripe_payment_intent_id"?: string | null,"time_card_id"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "payments_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_time_card_id_fkey"
      columns: ["time_card_id"]
isOneToOne: true
      referencedRelation: "panel_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_time_card_id_fkey"
      columns: ["time_card_id"]
isOneToOne: true
      referencedRelation: "time_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"profiles": {
                  Row: {
                    "created_at": string,"email": string,"full_name": string | null,"id": string,"is_active": boolean,"last_login_at": string | null,"preferences": NonNullable<Json>,"stripe_customer_id": string | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"email": string,"full_name"?: string | null,"id": string,"is_active"?: boolean,"last_login_at"?: string | null,"preferences"?: NonNullable<Json>,"stripe_customer_id"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"email"?: string,"full_name"?: string | null,"id"?: string,"is_active"?: boolean,"last_login_at"?: string | null,"preferences"?: NonNullable<Json>,"stripe_customer_id"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"refund_requests": {
                  Row: {
                    "amount_cents": number,"audit_id": number,"created_at": string,"failure": string | null,"finished_at": string | null,"id": string,"payment_id": string,"status": string,"stripe_refund_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "amount_cents": number,"audit_id": number,"created_at"?: string,"failure"?: string | null,"finished_at"?: string | null,"id"?: string,"payment_id": string,"status"?: string,"stripe_refund_id"?: string | null
                  }
                  Update: {
                    "amount_cents"?: number,"audit_id"?: number,"created_at"?: string,"failure"?: string | null,"finished_at"?: string | null,"id"?: string,"payment_id"?: string,"status"?: string,"stripe_refund_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "refund_requests_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "admin_audit_log"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "refund_requests_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "refund_requests_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_user_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "refund_requests_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "refund_requests_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "refund_requests_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    }
                  ]
                },"settings": {
                  Row: {
                    "code_attempts_per_hour": number,"heartbeat_interval_seconds": number,"heartbeat_timeout_seconds": number,"hold_slice_seconds": number,"id": boolean,"join_timeout_seconds": number,"last_minute_seconds": number,"low_balance_seconds": number,"max_session_seconds": number | null,"max_sessions": number,"max_sessions_per_user": number,"session_timeout_seconds": number,"transcript_retention_days": number,"trial_seconds": number,"updated_at": string,"webhook_retry_attempts": number
                  }
                  ComputedFields: never
                  Insert: {
                    "code_attempts_per_hour"?: number,"heartbeat_interval_seconds"?: number,"heartbeat_timeout_seconds"?: number,"hold_slice_seconds"?: number,"id"?: boolean,"join_timeout_seconds"?: number,"last_minute_seconds"?: number,"low_balance_seconds"?: number,"max_session_seconds"?: number | null,"max_sessions"?: number,"max_sessions_per_user"?: number,"session_timeout_seconds"?: number,"transcript_retention_days"?: number,"trial_seconds"?: number,"updated_at"?: string,"webhook_retry_attempts"?: number
                  }
                  Update: {
                    "code_attempts_per_hour"?: number,"heartbeat_interval_seconds"?: number,"heartbeat_timeout_seconds"?: number,"hold_slice_seconds"?: number,"id"?: boolean,"join_timeout_seconds"?: number,"last_minute_seconds"?: number,"low_balance_seconds"?: number,"max_session_seconds"?: number | null,"max_sessions"?: number,"max_sessions_per_user"?: number,"session_timeout_seconds"?: number,"transcript_retention_days"?: number,"trial_seconds"?: number,"updated_at"?: string,"webhook_retry_attempts"?: number
                  }
                  Relationships: [
                    
                  ]
                },"stripe_events": {
                  Row: {
                    "api_version": string | null,"attempts": number,"id": string,"last_error": string | null,"outcome": string | null,"payload": NonNullable<Json>,"payment_id": string | null,"processed_at": string | null,"received_at": string,"type": string
                  }
                  ComputedFields: never
                  Insert: {
                    "api_version"?: string | null,"attempts"?: number,"id": string,"last_error"?: string | null,"outcome"?: string | null,"payload": NonNullable<Json>,"payment_id"?: string | null,"processed_at"?: string | null,"received_at"?: string,"type": string
                  }
                  Update: {
                    "api_version"?: string | null,"attempts"?: number,"id"?: string,"last_error"?: string | null,"outcome"?: string | null,"payload"?: NonNullable<Json>,"payment_id"?: string | null,"processed_at"?: string | null,"received_at"?: string,"type"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "stripe_events_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "stripe_events_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "stripe_events_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    }
                  ]
                },"time_cards": {
                  Row: {
                    "activated_at": string | null,"batch_id": string | null,"code_hint": string | null,"created_at": string,"currency": string,"expired_seconds": number,"expires_at": string | null,"held_seconds": number,"id": string,"owed_seconds": number,"owner_id": string | null,"package_id": string | null,"price_cents": number,"priority": number,"purchaser_id": string | null,"remaining_seconds": number,"revoked_seconds": number,"source": string,"status": string,"total_seconds": number,"updated_at": string,"used_seconds": number,"validity_days": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "activated_at"?: string | null,"batch_id"?: string | null,"code_hint"?: string | null,"created_at"?: string,"currency"?: string,"expired_seconds"?: number,"expires_at"?: string | null,"held_seconds"?: number,"id"?: string,"owed_seconds"?: number,"owner_id"?: string | null,"package_id"?: string | null,"price_cents"?: number,"priority"?: number,"purchaser_id"?: string | null,"remaining_seconds"?: number,"revoked_seconds"?: number,"source": string,"status"?: string,"total_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"validity_days"?: number | null
                  }
                  Update: {
                    "activated_at"?: string | null,"batch_id"?: string | null,"code_hint"?: string | null,"created_at"?: string,"currency"?: string,"expired_seconds"?: number,"expires_at"?: string | null,"held_seconds"?: number,"id"?: string,"owed_seconds"?: number,"owner_id"?: string | null,"package_id"?: string | null,"price_cents"?: number,"priority"?: number,"purchaser_id"?: string | null,"remaining_seconds"?: number,"revoked_seconds"?: number,"source"?: string,"status"?: string,"total_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"validity_days"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "time_cards_batch_id_fkey"
      columns: ["batch_id"]
isOneToOne: false
      referencedRelation: "code_batches"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_batch_id_fkey"
      columns: ["batch_id"]
isOneToOne: false
      referencedRelation: "panel_batches"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_owner_id_fkey"
      columns: ["owner_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_owner_id_fkey"
      columns: ["owner_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_purchaser_id_fkey"
      columns: ["purchaser_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_purchaser_id_fkey"
      columns: ["purchaser_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"voice_sessions": {
                  Row: {
                    "agent_state": NonNullable<Json>,"agent_type_id": string,"billed_seconds": number,"created_at": string,"end_proof": string | null,"end_reason": string | null,"end_requested_at": string | null,"end_requested_by": string | null,"ended_at": string | null,"granted_seconds": number,"has_transcript": boolean,"heartbeat_seq": number,"id": string,"last_heartbeat_at": string | null,"minimum_charge_seconds": number,"rate_permille": number,"rated_at": string | null,"rating": number | null,"rating_comment": string | null,"room_closed_at": string | null,"room_name": string,"settled_by": string | null,"started_at": string | null,"status": string,"uncollected_seconds": number,"unserved_seconds": number,"updated_at": string,"used_seconds": number,"user_id": string,"worker_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_state"?: NonNullable<Json>,"agent_type_id": string,"billed_seconds"?: number,"created_at"?: string,"end_proof"?: string | null,"end_reason"?: string | null,"end_requested_at"?: string | null,"end_requested_by"?: string | null,"ended_at"?: string | null,"granted_seconds"?: number,"has_transcript"?: never,"heartbeat_seq"?: number,"id"?: string,"last_heartbeat_at"?: string | null,"minimum_charge_seconds": number,"rate_permille": number,"rated_at"?: string | null,"rating"?: number | null,"rating_comment"?: string | null,"room_closed_at"?: string | null,"room_name": string,"settled_by"?: string | null,"started_at"?: string | null,"status"?: string,"uncollected_seconds"?: number,"unserved_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"user_id": string,"worker_id"?: string | null
                  }
                  Update: {
                    "agent_state"?: NonNullable<Json>,"agent_type_id"?: string,"billed_seconds"?: number,"created_at"?: string,"end_proof"?: string | null,"end_reason"?: string | null,"end_requested_at"?: string | null,"end_requested_by"?: string | null,"ended_at"?: string | null,"granted_seconds"?: number,"has_transcript"?: never,"heartbeat_seq"?: number,"id"?: string,"last_heartbeat_at"?: string | null,"minimum_charge_seconds"?: number,"rate_permille"?: number,"rated_at"?: string | null,"rating"?: number | null,"rating_comment"?: string | null,"room_closed_at"?: string | null,"room_name"?: string,"settled_by"?: string | null,"started_at"?: string | null,"status"?: string,"uncollected_seconds"?: number,"unserved_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"user_id"?: string,"worker_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "voice_sessions_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: false
      referencedRelation: "agent_types"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: false
      referencedRelation: "panel_agents"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_end_requested_by_fkey"
      columns: ["end_requested_by"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_end_requested_by_fkey"
      columns: ["end_requested_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"weekly_retention": {
                  Row: {
                    "cohort_week": string,"people": number,"week": string
                  }
                  ComputedFields: never
                  Insert: {
                    "cohort_week": string,"people": number,"week": string
                  }
                  Update: {
                    "cohort_week"?: string,"people"?: number,"week"?: string
                  }
                  Relationships: [
                    
                  ]
                }
          }
          Views: {
            "panel_admins": {
                  Row: {
                    "created_at": string,"email": string,"full_name": string | null,"id": string,"is_active": boolean,"last_login_at": string | null,"role": string
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"panel_agents": {
                  Row: {
                    "created_at": string,"description": string,"greeting": string | null,"id": string,"instructions": string | null,"is_active": boolean,"kind": string,"minimum_charge_seconds": number,"name": string,"rate_permille": number,"sort_order": number,"updated_at": string,"voice": string | null,"words_updated_at": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"panel_audit": {
                  Row: {
                    "action": string,"actor_email": string | null,"actor_id": string | null,"after": Json | null,"before": Json | null,"created_at": string,"id": number,"reason": string,"subject_id": string,"subject_table": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_batches": {
                  Row: {
                    "actor_email": string | null,"actor_id": string | null,"audit_id": number,"created_at": string,"id": string,"package_id": string,"package_name": string | null,"quantity": number,"reason": string | null,"redeemed": number | null,"revoked": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "admin_audit_log"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_user_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "code_batches_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_cards": {
                  Row: {
                    "activated_at": string | null,"batch_id": string | null,"code_hint": string | null,"created_at": string,"currency": string,"expired_seconds": number,"expires_at": string | null,"held_seconds": number,"id": string,"owed_seconds": number,"owner_email": string | null,"owner_id": string | null,"package_id": string | null,"package_name": string | null,"payment_id": string | null,"payment_status": string | null,"price_cents": number,"priority": number,"purchaser_email": string | null,"purchaser_id": string | null,"remaining_seconds": number,"revoked_seconds": number,"source": string,"status": string,"total_seconds": number,"updated_at": string,"used_seconds": number,"validity_days": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "time_cards_batch_id_fkey"
      columns: ["batch_id"]
isOneToOne: false
      referencedRelation: "code_batches"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_batch_id_fkey"
      columns: ["batch_id"]
isOneToOne: false
      referencedRelation: "panel_batches"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_owner_id_fkey"
      columns: ["owner_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_owner_id_fkey"
      columns: ["owner_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_purchaser_id_fkey"
      columns: ["purchaser_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "time_cards_purchaser_id_fkey"
      columns: ["purchaser_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_ledger": {
                  Row: {
                    "audit_id": number | null,"card_id": string,"created_at": string,"from_bucket": string | null,"id": number,"kind": string,"payment_id": string | null,"remaining_after": number | null,"seconds": number,"session_id": string | null,"to_bucket": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "ledger_entries_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "admin_audit_log"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_audit_id_fkey"
      columns: ["audit_id"]
isOneToOne: false
      referencedRelation: "panel_user_audit"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "time_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_cards"
      referencedColumns: ["payment_id"]
    },{
      foreignKeyName: "ledger_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "panel_payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_payment_id_fkey"
      columns: ["payment_id"]
isOneToOne: false
      referencedRelation: "payments"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "panel_sessions"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "ledger_entries_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "voice_sessions"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_payments": {
                  Row: {
                    "amount_cents": number,"created_at": string,"currency": string,"failed_at": string | null,"failure_code": string | null,"failure_message": string | null,"flow": string,"id": string,"metadata": NonNullable<Json>,"package_id": string,"package_name": string | null,"paid_at": string | null,"receipt_url": string | null,"reconciled_at": string | null,"refundable_cents": number | null,"refunded_cents": number,"review_reason": string | null,"status": string,"stripe_charge_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null,"time_card_id": string,"updated_at": string,"user_email": string | null,"user_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "payments_package_id_fkey"
      columns: ["package_id"]
isOneToOne: false
      referencedRelation: "packages"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_time_card_id_fkey"
      columns: ["time_card_id"]
isOneToOne: true
      referencedRelation: "panel_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_time_card_id_fkey"
      columns: ["time_card_id"]
isOneToOne: true
      referencedRelation: "time_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "payments_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_session_timeline": {
                  Row: {
                    "at": string | null,"details": Json | null,"id": string | null,"kind": string | null,"position": number | null,"session_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                },"panel_sessions": {
                  Row: {
                    "agent_state": NonNullable<Json>,"agent_type_id": string,"agent_type_name": string | null,"billed_seconds": number,"created_at": string,"end_proof": string | null,"end_reason": string | null,"end_requested_at": string | null,"end_requested_by": string | null,"end_requested_by_email": string | null,"ended_at": string | null,"granted_seconds": number,"heartbeat_seq": number,"id": string,"last_heartbeat_at": string | null,"minimum_charge_seconds": number,"rate_permille": number,"rated_at": string | null,"rating": number | null,"rating_comment": string | null,"room_closed_at": string | null,"room_name": string,"settled_by": string | null,"started_at": string | null,"status": string,"uncollected_seconds": number,"updated_at": string,"used_seconds": number,"user_email": string | null,"user_id": string,"user_name": string | null,"worker_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "voice_sessions_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: false
      referencedRelation: "agent_types"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: false
      referencedRelation: "panel_agents"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_end_requested_by_fkey"
      columns: ["end_requested_by"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_end_requested_by_fkey"
      columns: ["end_requested_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "voice_sessions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_user_audit": {
                  Row: {
                    "action": string,"actor_email": string | null,"actor_id": string | null,"after": Json | null,"before": Json | null,"created_at": string,"id": number,"reason": string,"subject_id": string,"subject_table": string,"user_id": string | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "panel_users"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "admin_audit_log_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"panel_users": {
                  Row: {
                    "created_at": string,"email": string,"full_name": string | null,"id": string,"is_active": boolean,"last_login_at": string | null,"preferences": NonNullable<Json>,"role": string | null,"stripe_customer_id": string | null,"updated_at": string,"usable_seconds": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    
                  ]
                }
          }
          Functions: {
            "admin_add_document":
{ Args: { "chunks": Json,"document": Json,"reason": string }; Returns: Database["public"]['CompositeTypes']["document_result"]
                          SetofOptions: {
        from: "*"
        to: "document_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_begin_refund":
{ Args: { "amount_cents"?: number,"payment_id": string,"reason": string }; Returns: Database["public"]['CompositeTypes']["begin_refund_result"]
                          SetofOptions: {
        from: "*"
        to: "begin_refund_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_extend_card":
{ Args: { "expires_at": string,"reason": string,"time_card_id": string }; Returns: {
              "activated_at": string | null,
"batch_id": string | null,
"code_hint": string | null,
"created_at": string,
"currency": string,
"expired_seconds": number,
"expires_at": string | null,
"held_seconds": number,
"id": string,
"owed_seconds": number,
"owner_id": string | null,
"package_id": string | null,
"price_cents": number,
"priority": number,
"purchaser_id": string | null,
"remaining_seconds": number,
"revoked_seconds": number,
"source": string,
"status": string,
"total_seconds": number,
"updated_at": string,
"used_seconds": number,
"validity_days": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "time_cards"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_grant_time":
{ Args: { "expires_at"?: string,"idempotency_key"?: string,"reason": string,"seconds": number,"user_id": string }; Returns: Database["public"]['CompositeTypes']["grant_result"]
                          SetofOptions: {
        from: "*"
        to: "grant_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_issue_codes":
{ Args: { "idempotency_key"?: string,"package_id": string,"quantity": number,"reason": string }; Returns: Database["public"]['CompositeTypes']["issued_code"][]
                          SetofOptions: {
        from: "*"
        to: "issued_code"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_knowledge_vectors":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["knowledge_vectors"]
                          SetofOptions: {
        from: "*"
        to: "knowledge_vectors"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_kpis":
{ Args: { "from_day": string,"to_day": string }; Returns: Json
                           },
"admin_live_sessions":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"admin_preview_refund":
{ Args: { "amount_cents"?: number,"payment_id": string }; Returns: Database["public"]['CompositeTypes']["refund_preview"]
                          SetofOptions: {
        from: "*"
        to: "refund_preview"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_remove_document":
{ Args: { "document_id": string,"reason": string }; Returns: Database["public"]['CompositeTypes']["document_result"]
                          SetofOptions: {
        from: "*"
        to: "document_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_replay_stripe_event":
{ Args: { "event_id": string,"reason": string }; Returns: Database["public"]['CompositeTypes']["stripe_event_result"]
                          SetofOptions: {
        from: "*"
        to: "stripe_event_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_request_session_end":
{ Args: { "reason": string,"session_id": string }; Returns: Database["public"]['CompositeTypes']["session_end_request"]
                          SetofOptions: {
        from: "*"
        to: "session_end_request"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_revoke_card":
{ Args: { "reason": string,"time_card_id": string }; Returns: {
              "activated_at": string | null,
"batch_id": string | null,
"code_hint": string | null,
"created_at": string,
"currency": string,
"expired_seconds": number,
"expires_at": string | null,
"held_seconds": number,
"id": string,
"owed_seconds": number,
"owner_id": string | null,
"package_id": string | null,
"price_cents": number,
"priority": number,
"purchaser_id": string | null,
"remaining_seconds": number,
"revoked_seconds": number,
"source": string,
"status": string,
"total_seconds": number,
"updated_at": string,
"used_seconds": number,
"validity_days": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "time_cards"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_save_agent_type":
{ Args: { "agent_type": Json,"reason": string }; Returns: {
              "created_at": string,
"description": string,
"id": string,
"is_active": boolean,
"kind": string,
"minimum_charge_seconds": number,
"name": string,
"rate_permille": number,
"sort_order": number,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agent_types"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_save_package":
{ Args: { "package": Json,"reason": string }; Returns: {
              "created_at": string,
"currency": string,
"description": string,
"id": string,
"is_active": boolean,
"name": string,
"price_cents": number,
"sort_order": number,
"total_seconds": number,
"updated_at": string,
"validity_days": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "packages"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_search_cards":
{ Args: { "query": string }; Returns: {
              "activated_at": string | null,
"batch_id": string | null,
"code_hint": string | null,
"created_at": string,
"currency": string,
"expired_seconds": number,
"expires_at": string | null,
"held_seconds": number,
"id": string,
"owed_seconds": number,
"owner_email": string | null,
"owner_id": string | null,
"package_id": string | null,
"package_name": string | null,
"payment_id": string | null,
"payment_status": string | null,
"price_cents": number,
"priority": number,
"purchaser_email": string | null,
"purchaser_id": string | null,
"remaining_seconds": number,
"revoked_seconds": number,
"source": string,
"status": string,
"total_seconds": number,
"updated_at": string,
"used_seconds": number,
"validity_days": number | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "panel_cards"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_search_knowledge":
{ Args: { "embedding"?: Json,"max_results"?: number,"query": string }; Returns: Database["public"]['CompositeTypes']["found_passage"][]
                          SetofOptions: {
        from: "*"
        to: "found_passage"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_search_payments":
{ Args: { "query": string }; Returns: {
              "amount_cents": number,
"created_at": string,
"currency": string,
"failed_at": string | null,
"failure_code": string | null,
"failure_message": string | null,
"flow": string,
"id": string,
"metadata": NonNullable<Json>,
"package_id": string,
"package_name": string | null,
"paid_at": string | null,
"receipt_url": string | null,
"reconciled_at": string | null,
"refundable_cents": number | null,
"refunded_cents": number,
"review_reason": string | null,
"status": string,
"stripe_charge_id": string | null,
"stripe_checkout_session_id": string | null,
"stripe_payment_intent_id": string | null,
"time_card_id": string,
"updated_at": string,
"user_email": string | null,
"user_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "panel_payments"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_search_sessions":
{ Args: { "query": string }; Returns: {
              "agent_state": NonNullable<Json>,
"agent_type_id": string,
"agent_type_name": string | null,
"billed_seconds": number,
"created_at": string,
"end_proof": string | null,
"end_reason": string | null,
"end_requested_at": string | null,
"end_requested_by": string | null,
"end_requested_by_email": string | null,
"ended_at": string | null,
"granted_seconds": number,
"heartbeat_seq": number,
"id": string,
"last_heartbeat_at": string | null,
"minimum_charge_seconds": number,
"rate_permille": number,
"rated_at": string | null,
"rating": number | null,
"rating_comment": string | null,
"room_closed_at": string | null,
"room_name": string,
"settled_by": string | null,
"started_at": string | null,
"status": string,
"uncollected_seconds": number,
"updated_at": string,
"used_seconds": number,
"user_email": string | null,
"user_id": string,
"user_name": string | null,
"worker_id": string | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "panel_sessions"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_search_stripe_events":
{ Args: { "query": string }; Returns: {
              "api_version": string | null,
"attempts": number,
"id": string,
"last_error": string | null,
"outcome": string | null,
"payload": NonNullable<Json>,
"payment_id": string | null,
"processed_at": string | null,
"received_at": string,
"type": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "stripe_events"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_search_users":
{ Args: { "query": string }; Returns: {
              "created_at": string,
"email": string,
"full_name": string | null,
"id": string,
"is_active": boolean,
"last_login_at": string | null,
"preferences": NonNullable<Json>,
"role": string | null,
"stripe_customer_id": string | null,
"updated_at": string,
"usable_seconds": number | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "panel_users"
        isOneToOne: false
        isSetofReturn: true
      } },
"admin_set_role":
{ Args: { "reason": string,"role": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["role_result"]
                          SetofOptions: {
        from: "*"
        to: "role_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_set_user_active":
{ Args: { "is_active": boolean,"reason": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["user_active_result"]
                          SetofOptions: {
        from: "*"
        to: "user_active_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_update_settings":
{ Args: { "changes": Json,"reason": string }; Returns: {
              "code_attempts_per_hour": number,
"heartbeat_interval_seconds": number,
"heartbeat_timeout_seconds": number,
"hold_slice_seconds": number,
"id": boolean,
"join_timeout_seconds": number,
"last_minute_seconds": number,
"low_balance_seconds": number,
"max_session_seconds": number | null,
"max_sessions": number,
"max_sessions_per_user": number,
"session_timeout_seconds": number,
"transcript_retention_days": number,
"trial_seconds": number,
"updated_at": string,
"webhook_retry_attempts": number
            }
                          SetofOptions: {
        from: "*"
        to: "settings"
        isOneToOne: true
        isSetofReturn: false
      } },
"admin_verify_ledger":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["ledger_violation"][]
                          SetofOptions: {
        from: "*"
        to: "ledger_violation"
        isOneToOne: false
        isSetofReturn: true
      } },
"advance_stripe_cursor":
{ Args: { "read_until_at": string }; Returns: Database["public"]['CompositeTypes']["stripe_cursor_result"]
                          SetofOptions: {
        from: "*"
        to: "stripe_cursor_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"agent_balance":
{ Args: { "session_id": string }; Returns: Database["public"]['CompositeTypes']["agent_balance_result"]
                          SetofOptions: {
        from: "*"
        to: "agent_balance_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"agent_forget":
{ Args: { "item": string,"session_id": string }; Returns: Json
                           },
"agent_knowledge_vectors":
{ Args: { "session_id": string }; Returns: Database["public"]['CompositeTypes']["knowledge_vectors"]
                          SetofOptions: {
        from: "*"
        to: "knowledge_vectors"
        isOneToOne: true
        isSetofReturn: false
      } },
"agent_rate_call":
{ Args: { "comment"?: string,"rating": number,"session_id": string }; Returns: undefined
                           },
"agent_recall":
{ Args: { "session_id": string }; Returns: Json
                           },
"agent_remember":
{ Args: { "item": string,"session_id": string,"value": string }; Returns: Json
                           },
"agent_search_knowledge":
{ Args: { "embedding"?: Json,"max_results"?: number,"query": string,"session_id": string }; Returns: Database["public"]['CompositeTypes']["found_passage"][]
                          SetofOptions: {
        from: "*"
        to: "found_passage"
        isOneToOne: false
        isSetofReturn: true
      } },
"agent_usage":
{ Args: { "session_id": string }; Returns: Database["public"]['CompositeTypes']["agent_usage_result"]
                          SetofOptions: {
        from: "*"
        to: "agent_usage_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"apply_stripe_event":
{ Args: { "event": Json }; Returns: Database["public"]['CompositeTypes']["stripe_event_result"]
                          SetofOptions: {
        from: "*"
        to: "stripe_event_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"apply_stripe_object":
{ Args: { "object": Json }; Returns: Database["public"]['CompositeTypes']["stripe_object_result"]
                          SetofOptions: {
        from: "*"
        to: "stripe_object_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"attach_stripe_objects":
{ Args: { "payment_id": string,"stripe_checkout_session_id": string,"stripe_payment_intent_id": string }; Returns: Database["public"]['CompositeTypes']["attach_result"]
                          SetofOptions: {
        from: "*"
        to: "attach_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"authorize_session":
{ Args: { "agent_type": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["authorization_result"]
                          SetofOptions: {
        from: "*"
        to: "authorization_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"begin_auto_top_up":
{ Args: { "user_id": string }; Returns: Database["public"]['CompositeTypes']["auto_top_up_charge"][]
                          SetofOptions: {
        from: "*"
        to: "auto_top_up_charge"
        isOneToOne: false
        isSetofReturn: true
      } },
"create_purchase":
{ Args: { "flow": string,"idempotency_key"?: string,"is_gift"?: boolean,"package_id": string,"request_fingerprint"?: string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["purchase_result"]
                          SetofOptions: {
        from: "*"
        to: "purchase_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"end_my_session":
{ Args: { "session_id": string }; Returns: Database["public"]['CompositeTypes']["end_request_result"]
                          SetofOptions: {
        from: "*"
        to: "end_request_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"end_session":
{ Args: { "agent_state"?: Json,"reason": string,"session_id": string,"used_seconds": number }; Returns: Database["public"]['CompositeTypes']["end_result"]
                          SetofOptions: {
        from: "*"
        to: "end_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"finish_refund":
{ Args: { "failure"?: string,"refund_request_id": string,"stripe_refund_id"?: string }; Returns: {
              "amount_cents": number,
"audit_id": number,
"created_at": string,
"failure": string | null,
"finished_at": string | null,
"id": string,
"payment_id": string,
"status": string,
"stripe_refund_id": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "refund_requests"
        isOneToOne: true
        isSetofReturn: false
      } },
"forget_payment_method":
{ Args: { "payment_method_id": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["forgotten_payment_method"]
                          SetofOptions: {
        from: "*"
        to: "forgotten_payment_method"
        isOneToOne: true
        isSetofReturn: false
      } },
"get_balance":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["balance"]
                          SetofOptions: {
        from: "*"
        to: "balance"
        isOneToOne: true
        isSetofReturn: false
      } },
"get_usage":
{ Args: { "from_day": string,"to_day": string }; Returns: Database["public"]['CompositeTypes']["usage_day"][]
                          SetofOptions: {
        from: "*"
        to: "usage_day"
        isOneToOne: false
        isSetofReturn: true
      } },
"heartbeat_session":
{ Args: { "agent_state"?: Json,"seq": number,"session_id": string,"used_seconds": number }; Returns: Database["public"]['CompositeTypes']["beat_result"]
                          SetofOptions: {
        from: "*"
        to: "beat_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"heartbeat_sessions":
{ Args: { "beats": Json }; Returns: Database["public"]['CompositeTypes']["beat_result"][]
                          SetofOptions: {
        from: "*"
        to: "beat_result"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_due_auto_top_ups":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["due_auto_top_up"][]
                          SetofOptions: {
        from: "*"
        to: "due_auto_top_up"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_missed_stripe_events":
{ Args: { "event_ids": Json }; Returns: Database["public"]['CompositeTypes']["missed_stripe_event"][]
                          SetofOptions: {
        from: "*"
        to: "missed_stripe_event"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_payments_to_reconcile":
{ Args: { "older_than_seconds"?: number }; Returns: Database["public"]['CompositeTypes']["payment_to_reconcile"][]
                          SetofOptions: {
        from: "*"
        to: "payment_to_reconcile"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_rooms_to_close":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["room_to_close"][]
                          SetofOptions: {
        from: "*"
        to: "room_to_close"
        isOneToOne: false
        isSetofReturn: true
      } },
"mark_room_closed":
{ Args: { "session_id": string }; Returns: undefined
                           },
"metrics":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"rate_session":
{ Args: { "comment"?: string,"rating": number,"session_id": string }; Returns: Database["public"]['CompositeTypes']["rating_result"]
                          SetofOptions: {
        from: "*"
        to: "rating_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_stripe_cursor":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["stripe_cursor_result"]
                          SetofOptions: {
        from: "*"
        to: "stripe_cursor_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"rebuild_cards_from_ledger":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"record_livekit_event":
{ Args: { "event": Json }; Returns: Database["public"]['CompositeTypes']["livekit_event_result"]
                          SetofOptions: {
        from: "*"
        to: "livekit_event_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"redeem_code":
{ Args: { "code": string }; Returns: Json
                           },
"reissue_gift_code":
{ Args: { "time_card_id": string }; Returns: Database["public"]['CompositeTypes']["reissue_result"]
                          SetofOptions: {
        from: "*"
        to: "reissue_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"rejoin_session":
{ Args: { "session_id": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["authorization_result"]
                          SetofOptions: {
        from: "*"
        to: "authorization_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"report_auto_top_up":
{ Args: { "outcome": string,"payment_id": string }; Returns: Database["public"]['CompositeTypes']["auto_top_up_report"]
                          SetofOptions: {
        from: "*"
        to: "auto_top_up_report"
        isOneToOne: true
        isSetofReturn: false
      } },
"run_maintenance":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["maintenance_result"]
                          SetofOptions: {
        from: "*"
        to: "maintenance_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"set_auto_top_up":
{ Args: { "is_enabled": boolean,"monthly_limit_cents"?: number,"package_id"?: string,"payment_method_id"?: string,"threshold_seconds"?: number }; Returns: {
              "created_at": string,
"disabled_at": string | null,
"disabled_reason": string | null,
"is_enabled": boolean,
"last_attempt_at": string | null,
"limit_reached_at": string | null,
"monthly_limit_cents": number | null,
"package_id": string | null,
"payment_method_id": string | null,
"threshold_seconds": number | null,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "auto_top_ups"
        isOneToOne: true
        isSetofReturn: false
      } },
"set_stripe_customer":
{ Args: { "stripe_customer_id": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["customer_result"]
                          SetofOptions: {
        from: "*"
        to: "customer_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"settle_ended_session":
{ Args: { "session_id": string }; Returns: Database["public"]['CompositeTypes']["end_result"]
                          SetofOptions: {
        from: "*"
        to: "end_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"start_session":
{ Args: { "session_id": string,"worker_id": string }; Returns: Database["public"]['CompositeTypes']["start_result"]
                          SetofOptions: {
        from: "*"
        to: "start_result"
        isOneToOne: true
        isSetofReturn: false
      } },
"verify_ledger":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["ledger_violation"][]
                          SetofOptions: {
        from: "*"
        to: "ledger_violation"
        isOneToOne: false
        isSetofReturn: true
      } }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            "agent_balance_result": {
                        "remaining_seconds": number | null,"used_seconds": number | null,"usable_cards": number | null,"next_expiry_at": string | null,"is_low": boolean | null
                      },"agent_usage_result": {
                        "call_seconds": number | null,"call_cost_seconds": number | null,"calls_30_days": number | null,"billed_seconds_30_days": number | null
                      },"attach_result": {
                        "payment_id": string | null,"status": string | null
                      },"authorization_result": {
                        "session_id": string | null,"room_name": string | null,"granted_seconds": number | null,"remaining_seconds": number | null,"agent_type": string | null
                      },"auto_top_up_charge": {
                        "action": string | null,"run": number | null,"user_id": string | null,"payment_id": string | null,"time_card_id": string | null,"status": string | null,"amount_cents": number | null,"currency": string | null,"package_id": string | null,"package_name": string | null,"email": string | null,"full_name": string | null,"stripe_customer_id": string | null,"stripe_payment_intent_id": string | null,"payment_method_id": string | null
                      },"auto_top_up_report": {
                        "payment_id": string | null,"status": string | null
                      },"balance": {
                        "remaining_seconds": number | null,"remaining_minutes": number | null,"held_seconds": number | null,"usable_cards": number | null,"next_expiry_at": string | null,"is_low": boolean | null
                      },"beat_result": {
                        "session_id": string | null,"granted_until_seconds": number | null,"remaining_seconds": number | null,"low_balance": boolean | null,"final": boolean | null,"action": string | null
                      },"begin_refund_result": {
                        "refund_request_id": string | null,"payment_id": string | null,"stripe_payment_intent_id": string | null,"stripe_charge_id": string | null,"amount_cents": number | null,"currency": string | null,"is_resumed": boolean | null
                      },"customer_result": {
                        "stripe_customer_id": string | null
                      },"document_result": {
                        "document_id": string | null,"outcome": string | null,"chunk_count": number | null
                      },"due_auto_top_up": {
                        "user_id": string | null
                      },"end_request_result": {
                        "session_id": string | null,"status": string | null
                      },"end_result": {
                        "session_id": string | null,"billed_seconds": number | null,"cost_minutes": number | null,"status": string | null
                      },"forgotten_payment_method": {
                        "is_auto_top_up_switched_off": boolean | null
                      },"found_passage": {
                        "document_id": string | null,"title": string | null,"heading": string | null,"source": string | null,"content": string | null,"score": number | null
                      },"grant_result": {
                        "time_card_id": string | null,"total_seconds": number | null,"expires_at": string | null
                      },"issued_code": {
                        "activation_code": string | null,"time_card_id": string | null,"code_hint": string | null,"batch_id": string | null
                      },"knowledge_vectors": {
                        "is_available": boolean | null,"is_used": boolean | null
                      },"ledger_violation": {
                        "invariant": string | null,"subject": string | null,"detail": string | null
                      },"livekit_event_result": {
                        "event_id": string | null,"outcome": string | null,"session_id": string | null
                      },"maintenance_result": {
                        "released_sessions": number | null,"settled_sessions": number | null,"expired_cards": number | null,"canceled_payments": number | null,"failed_sessions": number | null,"closed_days": number | null,"forgotten_transcripts": number | null
                      },"missed_stripe_event": {
                        "event_id": string | null
                      },"payment_to_reconcile": {
                        "payment_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null
                      },"purchase_result": {
                        "payment_id": string | null,"time_card_id": string | null,"status": string | null,"amount_cents": number | null,"currency": string | null,"package_id": string | null,"package_name": string | null,"total_seconds": number | null,"email": string | null,"full_name": string | null,"stripe_customer_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null,"is_replay": boolean | null,"is_gift": boolean | null,"activation_code": string | null
                      },"rating_result": {
                        "session_id": string | null,"rating": number | null,"rated_at": string | null
                      },"refund_preview": {
                        "payment_id": string | null,"amount_cents": number | null,"currency": string | null,"left_cents": number | null,"taken_back_seconds": number | null,"owed_seconds": number | null,"is_card_revoked": boolean | null
                      },"reissue_result": {
                        "time_card_id": string | null,"activation_code": string | null,"code_hint": string | null
                      },"role_result": {
                        "user_id": string | null,"role": string | null
                      },"room_to_close": {
                        "session_id": string | null,"room_name": string | null
                      },"session_end_request": {
                        "session_id": string | null,"room_name": string | null,"status": string | null
                      },"start_result": {
                        "session_id": string | null,"status": string | null,"agent_type": string | null,"user_id": string | null,"full_name": string | null,"preferences": Json | null,"started_at": string | null,"used_seconds": number | null,"granted_until_seconds": number | null,"remaining_seconds": number | null,"low_balance": boolean | null,"final": boolean | null,"heartbeat_seq": number | null,"heartbeat_interval_seconds": number | null,"low_balance_seconds": number | null,"last_minute_seconds": number | null,"session_timeout_seconds": number | null,"kind": string | null,"instructions": string | null,"voice": string | null,"greeting": string | null,"agent_state": Json | null,"keep_transcripts": boolean | null
                      },"stripe_cursor_result": {
                        "read_until_at": string | null
                      },"stripe_event_result": {
                        "event_id": string | null,"outcome": string | null,"payment_id": string | null,"time_card_id": string | null,"detail": string | null
                      },"stripe_object_result": {
                        "outcome": string | null,"payment_id": string | null,"time_card_id": string | null,"detail": string | null
                      },"usage_day": {
                        "day": string | null,"talk_seconds": number | null,"card_seconds": number | null,"sessions": number | null
                      },"user_active_result": {
                        "user_id": string | null,"is_active": boolean | null
                      }
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
