
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "admin_audit_log": {
                  Row: {
                    "action": string,"actor_id": string | null,"after": Json | null,"before": Json | null,"created_at": string,"id": number,"reason": string,"subject_id": string,"subject_table": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"after"?: Json | null,"before"?: Json | null,"created_at"?: string,"id"?: never,"reason": string,"subject_id": string,"subject_table": string
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"after"?: Json | null,"before"?: Json | null,"created_at"?: string,"id"?: never,"reason"?: string,"subject_id"?: string,"subject_table"?: string
                  }
                  Relationships: [
                    {
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
                },"agent_types": {
                  Row: {
                    "created_at": string,"description": string,"id": string,"is_active": boolean,"minimum_charge_seconds": number,"name": string,"rate_permille": number,"sort_order": number,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"description"?: string,"id": string,"is_active"?: boolean,"minimum_charge_seconds"?: number,"name": string,"rate_permille"?: number,"sort_order"?: number,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"description"?: string,"id"?: string,"is_active"?: boolean,"minimum_charge_seconds"?: number,"name"?: string,"rate_permille"?: number,"sort_order"?: number,"updated_at"?: string
                  }
                  Relationships: [
                    
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
      referencedRelation: "time_cards"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "card_holds_session_id_fkey"
      columns: ["session_id"]
isOneToOne: false
      referencedRelation: "voice_sessions"
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
      foreignKeyName: "ledger_entries_card_id_fkey"
      columns: ["card_id"]
isOneToOne: false
      referencedRelation: "time_cards"
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
      referencedRelation: "voice_sessions"
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
                },"payments": {
                  Row: {
                    "amount_cents": number,"created_at": string,"currency": string,"failure_code": string | null,"failure_message": string | null,"flow": string,"id": string,"idempotency_key": string | null,"metadata": NonNullable<Json>,"package_id": string,"paid_at": string | null,"receipt_url": string | null,"reconciled_at": string | null,"refunded_cents": number,"request_fingerprint": string | null,"review_reason": string | null,"status": string,"stripe_charge_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null,"time_card_id": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "amount_cents": number,"created_at"?: string,"currency": string,"failure_code"?: string | null,"failure_message"?: string | null,"flow": string,"id"?: string,"idempotency_key"?: string | null,"metadata"?: NonNullable<Json>,"package_id": string,"paid_at"?: string | null,"receipt_url"?: string | null,"reconciled_at"?: string | null,"refunded_cents"?: number,"request_fingerprint"?: string | null,"review_reason"?: string | null,"status"?: string,"stripe_charge_id"?: string | null,"stripe_checkout_session_id"?: string | null,"stripe_payment_intent_id"?: string | null,"time_card_id": string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "amount_cents"?: number,"created_at"?: string,"currency"?: string,"failure_code"?: string | null,"failure_message"?: string | null,"flow"?: string,"id"?: string,"idempotency_key"?: string | null,"metadata"?: NonNullable<Json>,"package_id"?: string,"paid_at"?: string | null,"receipt_url"?: string | null,"reconciled_at"?: string | null,"refunded_cents"?: number,"request_fingerprint"?: string | null,"review_reason"?: string | null,"status"?: string,"stripe_charge_id"?: string | null,"stripe_checkout_session_id"?: string | null,"stripe_payment_intent_id"?: string | null,"time_card_id"?: string,"updated_at"?: string,"user_id"?: string
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
      referencedRelation: "time_cards"
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
      referencedRelation: "payments"
      referencedColumns: ["id"]
    }
                  ]
                },"time_cards": {
                  Row: {
                    "activated_at": string | null,"code_hint": string | null,"created_at": string,"currency": string,"expired_seconds": number,"expires_at": string | null,"held_seconds": number,"id": string,"owner_id": string | null,"package_id": string | null,"price_cents": number,"priority": number,"purchaser_id": string | null,"remaining_seconds": number,"revoked_seconds": number,"source": string,"status": string,"total_seconds": number,"updated_at": string,"used_seconds": number,"validity_days": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "activated_at"?: string | null,"code_hint"?: string | null,"created_at"?: string,"currency"?: string,"expired_seconds"?: number,"expires_at"?: string | null,"held_seconds"?: number,"id"?: string,"owner_id"?: string | null,"package_id"?: string | null,"price_cents"?: number,"priority"?: number,"purchaser_id"?: string | null,"remaining_seconds"?: number,"revoked_seconds"?: number,"source": string,"status"?: string,"total_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"validity_days"?: number | null
                  }
                  Update: {
                    "activated_at"?: string | null,"code_hint"?: string | null,"created_at"?: string,"currency"?: string,"expired_seconds"?: number,"expires_at"?: string | null,"held_seconds"?: number,"id"?: string,"owner_id"?: string | null,"package_id"?: string | null,"price_cents"?: number,"priority"?: number,"purchaser_id"?: string | null,"remaining_seconds"?: number,"revoked_seconds"?: number,"source"?: string,"status"?: string,"total_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"validity_days"?: number | null
                  }
                  Relationships: [
                    {
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
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"voice_sessions": {
                  Row: {
                    "agent_state": NonNullable<Json>,"agent_type_id": string,"billed_seconds": number,"created_at": string,"end_proof": string | null,"end_reason": string | null,"end_requested_at": string | null,"end_requested_by": string | null,"ended_at": string | null,"granted_seconds": number,"heartbeat_seq": number,"id": string,"last_heartbeat_at": string | null,"minimum_charge_seconds": number,"rate_permille": number,"rated_at": string | null,"rating": number | null,"rating_comment": string | null,"room_closed_at": string | null,"room_name": string,"settled_by": string | null,"started_at": string | null,"status": string,"uncollected_seconds": number,"updated_at": string,"used_seconds": number,"user_id": string,"worker_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_state"?: NonNullable<Json>,"agent_type_id": string,"billed_seconds"?: number,"created_at"?: string,"end_proof"?: string | null,"end_reason"?: string | null,"end_requested_at"?: string | null,"end_requested_by"?: string | null,"ended_at"?: string | null,"granted_seconds"?: number,"heartbeat_seq"?: number,"id"?: string,"last_heartbeat_at"?: string | null,"minimum_charge_seconds": number,"rate_permille": number,"rated_at"?: string | null,"rating"?: number | null,"rating_comment"?: string | null,"room_closed_at"?: string | null,"room_name": string,"settled_by"?: string | null,"started_at"?: string | null,"status"?: string,"uncollected_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"user_id": string,"worker_id"?: string | null
                  }
                  Update: {
                    "agent_state"?: NonNullable<Json>,"agent_type_id"?: string,"billed_seconds"?: number,"created_at"?: string,"end_proof"?: string | null,"end_reason"?: string | null,"end_requested_at"?: string | null,"end_requested_by"?: string | null,"ended_at"?: string | null,"granted_seconds"?: number,"heartbeat_seq"?: number,"id"?: string,"last_heartbeat_at"?: string | null,"minimum_charge_seconds"?: number,"rate_permille"?: number,"rated_at"?: string | null,"rating"?: number | null,"rating_comment"?: string | null,"room_closed_at"?: string | null,"room_name"?: string,"settled_by"?: string | null,"started_at"?: string | null,"status"?: string,"uncollected_seconds"?: number,"updated_at"?: string,"used_seconds"?: number,"user_id"?: string,"worker_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "voice_sessions_agent_type_id_fkey"
      columns: ["agent_type_id"]
isOneToOne: false
      referencedRelation: "agent_types"
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
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Views: {
            [_ in never]: never
          }
          Functions: {
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
"get_balance":
{ Args: Record<PropertyKey, never>; Returns: Database["public"]['CompositeTypes']["balance"]
                          SetofOptions: {
        from: "*"
        to: "balance"
        isOneToOne: true
        isSetofReturn: false
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
"record_livekit_event":
{ Args: { "event": Json }; Returns: Database["public"]['CompositeTypes']["livekit_event_result"]
                          SetofOptions: {
        from: "*"
        to: "livekit_event_result"
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
"set_stripe_customer":
{ Args: { "stripe_customer_id": string,"user_id": string }; Returns: Database["public"]['CompositeTypes']["customer_result"]
                          SetofOptions: {
        from: "*"
        to: "customer_result"
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
            "attach_result": {
                        "payment_id": string | null,"status": string | null
                      },"authorization_result": {
                        "session_id": string | null,"room_name": string | null,"granted_seconds": number | null,"remaining_seconds": number | null,"agent_type": string | null
                      },"balance": {
                        "remaining_seconds": number | null,"remaining_minutes": number | null,"held_seconds": number | null,"usable_cards": number | null,"next_expiry_at": string | null,"is_low": boolean | null
                      },"beat_result": {
                        "session_id": string | null,"granted_until_seconds": number | null,"remaining_seconds": number | null,"low_balance": boolean | null,"final": boolean | null,"action": string | null
                      },"customer_result": {
                        "stripe_customer_id": string | null
                      },"end_request_result": {
                        "session_id": string | null,"status": string | null
                      },"end_result": {
                        "session_id": string | null,"billed_seconds": number | null,"cost_minutes": number | null,"status": string | null
                      },"ledger_violation": {
                        "invariant": string | null,"subject": string | null,"detail": string | null
                      },"livekit_event_result": {
                        "event_id": string | null,"outcome": string | null,"session_id": string | null
                      },"maintenance_result": {
                        "released_sessions": number | null,"settled_sessions": number | null,"expired_cards": number | null,"canceled_payments": number | null,"failed_sessions": number | null
                      },"payment_to_reconcile": {
                        "payment_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null
                      },"purchase_result": {
                        "payment_id": string | null,"time_card_id": string | null,"status": string | null,"amount_cents": number | null,"currency": string | null,"package_id": string | null,"package_name": string | null,"total_seconds": number | null,"email": string | null,"full_name": string | null,"stripe_customer_id": string | null,"stripe_checkout_session_id": string | null,"stripe_payment_intent_id": string | null,"is_replay": boolean | null
                      },"room_to_close": {
                        "session_id": string | null,"room_name": string | null
                      },"start_result": {
                        "session_id": string | null,"status": string | null,"agent_type": string | null,"user_id": string | null,"full_name": string | null,"preferences": Json | null,"started_at": string | null,"used_seconds": number | null,"granted_until_seconds": number | null,"remaining_seconds": number | null,"low_balance": boolean | null,"final": boolean | null,"heartbeat_seq": number | null,"heartbeat_interval_seconds": number | null,"low_balance_seconds": number | null,"last_minute_seconds": number | null,"session_timeout_seconds": number | null
                      },"stripe_event_result": {
                        "event_id": string | null,"outcome": string | null,"payment_id": string | null,"time_card_id": string | null,"detail": string | null
                      },"stripe_object_result": {
                        "outcome": string | null,"payment_id": string | null,"time_card_id": string | null,"detail": string | null
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
